r"""Maths as MathML, which browsers and screen readers know: converted, stripped, then sanitised.

Decides what of the converter's answer may reach a page: no link, no colour, no class, no style, no
length that could cover the page. Never defines commands. Read more: MathML Core, RELIABILITY 3.4.
"""

import re
from xml.etree.ElementTree import Element, tostring

import nh3
from django.utils.safestring import SafeString
from latex2mathml.converter import Converter

from papers.tex.braces import match_braces
from papers.tex.symbols import FUNCTIONS, names

LONGEST_MATHML = 60_000

_TAGS = names(
    "math merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms"
    " mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none"
)
# Positive and short, so that nothing covers its neighbours or runs off the page.
_LENGTH = r"(?:[0-2]|[0-2]?\.\d{1,4})(?:em|ex|px|pt)"
_SWITCH = "true|false"
_ALIGN = r"(?:(?:left|center|right) ?){1,20}"
_ATTRIBUTES = {
    "display": "block|inline", "displaystyle": _SWITCH, "scriptlevel": "[0-2]",
    "mathvariant": r"[a-z-]{1,24}", "stretchy": _SWITCH, "fence": _SWITCH, "separator": _SWITCH,
    "form": "prefix|infix|postfix", "movablelimits": _SWITCH, "accent": _SWITCH,
    "accentunder": _SWITCH, "symmetric": _SWITCH, "largeop": _SWITCH, "linethickness": _LENGTH,
    "minsize": r"[1-3](?:\.\d{1,4})?em", "maxsize": r"[1-3](?:\.\d{1,4})?em",
    "lspace": _LENGTH, "rspace": _LENGTH, "width": _LENGTH, "columnalign": _ALIGN,
    "rowspacing": _LENGTH,
    "columnlines": r"(?:(?:none|solid|dashed) ?){1,20}",
    "rowlines": r"(?:(?:none|solid|dashed) ?){1,20}",
}  # fmt: skip
_THIN = "0.167em"
_VALUES = {name: re.compile(pattern) for name, pattern in _ATTRIBUTES.items()}
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS), attributes={tag: set(_ATTRIBUTES) for tag in _TAGS}, strip_comments=True
)

# Commands that define commands: a short source could grow without end.
_DEFINES = re.compile(
    r"\\(?:def|edef|gdef|let|newcommand|renewcommand|newenvironment|DeclareMathOperator)"
    r"(?![A-Za-z])"
)
_BARE_PERCENT = re.compile(r"(?<!\\)((?:\\\\)*)%")
_REPLACED = re.compile(
    r"\\(ensuremath|xspace|mathds|textnormal|textup|nonumber|limits)(?![A-Za-z])"
)
_REPLACEMENTS = {"mathds": r"\mathbb", "textnormal": r"\text", "textup": r"\text"}
_CODE_POINT = re.compile(r"&#x([0-9A-Fa-f]{1,6});")
# References to ⟨ ⟩ ⌈ ⌉ ⌊ ⌋, which the converter takes for names of variables.
_BRACKETS = frozenset(f"&#x0{point};" for point in ("27E8", "27E9", "2308", "2309", "230A", "230B"))
_ESCAPED = re.compile(r"\\([%&_#$ {}])")


class NotConverted(ValueError):
    """The maths cannot be shown as MathML; its source is to be shown instead."""


def in_mathml(maths: str, *, block: bool = False) -> SafeString:
    """Return `maths`, TeX without its dollars, as a <math> element safe for any page.

    No element or attribute survives that is not one of MathML's own for layout. Raises
    NotConverted, whatever the converter made of it.
    """
    if _DEFINES.search(maths):
        raise NotConverted("it defines commands")
    source = _REPLACED.sub(lambda match: _REPLACEMENTS.get(match[1], ""), maths)
    source = _BARE_PERCENT.sub(r"\1\\%", source)
    try:
        match_braces(source)
        display = "block" if block else "inline"
        root = Converter(display=display).convert_to_element(source)
        _strip(root)
        _space_functions(root)
        markup = tostring(root, encoding="unicode", short_empty_elements=False)
    # The converter raises many kinds, some of them by accident (IndexError, StopIteration).
    except (Exception, RecursionError) as error:
        raise NotConverted(str(error)) from error
    if len(markup) > LONGEST_MATHML:
        raise NotConverted("it is too long")
    return SafeString(_CLEANER.clean(markup))


def _strip(root: Element) -> None:
    for element in root.iter():
        element.attrib = {
            name: value
            for name, value in element.attrib.items()
            if name in _VALUES and _VALUES[name].fullmatch(value)
        }
        if element.text:
            if element.tag == "mi" and element.text in _BRACKETS:
                element.tag, element.attrib = "mo", {"stretchy": "false"}
            element.text = _readable(element.text, element.tag)


def _space_functions(root: Element) -> None:
    """Set the thin spaces of TeX around log, sin and such, none before a bracket."""
    for parent in root.iter():
        for number, element in enumerate(parent):
            if element.tag == "mi" and element.text in FUNCTIONS:
                following = parent[number + 1].text if number + 1 < len(parent) else "("
                close = following in ("(", "[", "{") and parent.tag == "mrow"
                element.tag = "mo"
                element.attrib = {"lspace": _THIN, "rspace": "0em" if close else _THIN}


def _readable(text: str, tag: str) -> str:
    """Characters where the converter left references; they are escaped on the way out."""
    text = _CODE_POINT.sub(_character, text)
    return _ESCAPED.sub(r"\1", text) if tag in ("mtext", "mi", "mo", "mn") else text


def _character(match: re.Match[str]) -> str:
    point = int(match[1], 16)
    return chr(point) if 0x20 <= point < 0xD800 or 0xE000 <= point < 0x110000 else ""
