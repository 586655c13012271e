"""Which characters TeX's commands stand for, mostly as pylatexenc's tables have them."""

import re
import unicodedata

from pylatexenc import latex2text


def names(line: str) -> frozenset[str]:
    return frozenset(line.split())


FUNCTIONS = names(
    "arccos arcsin arctan arg argmax argmin cos cosh cot coth csc deg det dim exp gcd hom inf ker"
    " lg lim liminf limsup ln log max min mod Pr sec sin sinh sup tan tanh"
)
ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a", "d": "\u0323", "b": "\u0331",
}  # fmt: skip
# Letters that TeX writes as a command: a space behind one ends the command, not the word.
LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø",
    "O": "Ø", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ",
}  # fmt: skip
_OURS = {
    "LaTeX": "LaTeX", "TeX": "TeX", "deg": "°", "degree": "°", "percent": "%", "eg": "e.g.",
    "ie": "i.e.", "etal": "et al.", "etc": "etc.", "dots": "…", "ldots": "…", "dotsc": "…",
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textunderscore": "_",
    "textbraceleft": "{", "textbraceright": "}", "textless": "<", "textgreater": ">",
    "textbar": "|", "textdollar": "$", "slash": "/", "lVert": "‖", "rVert": "‖", "lvert": "|",
    "rvert": "|",
    "coloneqq": "≔", "checkmark": "✓", "vert": "|", "Vert": "‖", "ne": "≠", "neg": "¬",
    "item": "•", "cmark": "✓", "xmark": "✗", "vDash": "⊨", "tau": "τ", "textmu": "µ",
    "upmu": "µ", "Box": "□",
}  # fmt: skip
_CATEGORIES = ("latex-base", "latex-approximations", "nonascii-specials", "advanced-symbols")
_NOT_OURS = names("today item maketitle title author date tilde hat bar")


def _known() -> dict[str, str]:
    table = latex2text.get_default_latex_context_db()
    known: dict[str, str] = {}
    for category in _CATEGORIES:
        for name, spec in table.d[category]["macros"].items():
            shown = spec.simplify_repl
            if isinstance(shown, str) and 0 < len(shown) <= 2 and "%" not in shown:
                known.setdefault(name, shown)
    return known


SYMBOLS = {
    name: shown
    for name, shown in {**_known(), **LETTERS, **_OURS}.items()
    if shown and name not in _NOT_OURS and name not in FUNCTIONS | {"quad", "qquad"}
} | {"deg": "°"}

_SUPERSCRIPT = str.maketrans("0123456789+-−=()′'", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾′′")
_SUBSCRIPT = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_RAISED = re.compile(r"[0-9+\-−=()′']+")
_LOWERED = re.compile(r"[0-9+\-−=()]+")


def accented(mark: str, letter: str) -> str:
    """Return `letter` under the accent `mark` as one character, "" when there is none such."""
    letter = {"\\i": "i", "\\j": "j", "ı": "i", "ȷ": "j"}.get(letter, letter)
    whole = unicodedata.normalize("NFC", letter + ACCENTS[mark])
    return whole if len(whole) == 1 else ""


def script(mark: str, text: str) -> str:
    """Return `text` raised (`mark` "^") or lowered ("_"): in characters where there are such.

    x², 10⁻³, H₂O; x^n, x_ij; x^(n+1).
    """
    if mark == "^" and text in ("°", "∘"):
        return "°"
    if mark == "^" and text in ("th", "st", "nd", "rd", "′", "∗", "*", "†"):
        return text
    if mark == "^" and _RAISED.fullmatch(text):
        return text.translate(_SUPERSCRIPT)
    if mark == "_" and _LOWERED.fullmatch(text):
        return text.translate(_SUBSCRIPT)
    if not text:
        return ""
    return f"{mark}{text}" if text.isalnum() or len(text) == 1 else f"{mark}({text})"
