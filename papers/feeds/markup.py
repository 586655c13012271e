"""Text out of the markup that feeds and publishers wrap around it: HTML, JATS, MathML.

It decides what is a tag and where words are apart; nothing of the markup survives, but a sign that
only looks like it does ("p<0.05", "Vec<T>"). Never safe HTML: pages escape what it returns.
Read more: https://jats.nlm.nih.gov/articleauthoring/tag-library/1.3/ (the tags of abstracts).
"""

import html
import re

from papers.feeds.text import clean

# What is longer is no abstract.
LONGEST_MARKUP = 200_000

_BLOCK_NAMES = (
    "address article aside blockquote br caption center dd div dl dt figcaption figure footer h1 "
    "h2 h3 h4 h5 h6 header hr li list list-item main nav ol p pre sec section table tbody td tfoot "
    "th thead title tr ul"
)
_INLINE_NAMES = (
    "a abbr abstract acronym alternatives annotation annotation-xml audio b bdi bdo big body bold "
    "cite code col colgroup del details dfn disp-formula em embed ext-link font form head html i "
    "iframe img inline-formula input ins italic kbd label link maction math mark menclose merror "
    "meta mfenced mfrac mglyph mi mmultiscripts mn mo monospace mover mpadded mphantom mroot mrow "
    "ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover "
    "named-content noscript object param picture q rb roman rp rt ruby s samp sc script semantics "
    "small source span strike strong style styled-content sub summary sup svg template tex-math "
    "time track tt u underline var video wbr xref"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_INLINES = frozenset(_INLINE_NAMES.split())
_UNREAD = frozenset(["script", "style", "template", "annotation", "annotation-xml"])

# Quoted values may hold ">"; nothing is read twice, so that no document takes long.
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][\w:.-]*+)"
    r"(?P<rest>(?:[^<>\"']++|\"[^\"]{0,2000}\"|'[^']{0,2000}'|[\"'])*+)>|<!--|<[!?][^<>]*>"
)
_LOOKS_LIKE_MARKUP = re.compile(r"<[a-zA-Z/!?]|&[#a-zA-Z]")
_HEADING = re.compile(r"<(jats:)?title>\s*(?:abstract|summary)[.:]?\s*</\1title>", re.IGNORECASE)
# Springer wraps each formula in a document of its own.
_TEX_DOCUMENT = re.compile(r"\\documentclass[^$]{0,3000}?\\begin\{document\}|\\end\{document\}")
_CDATA_ENDS = re.compile(r"<!\[CDATA\[|\]\]>")


def text_of(markup: str) -> str:
    """`markup` without tags, entities decoded once, on one line; plain text stays as it is.

    Blocks become words apart; a formula that is given twice comes as TeX. Linear in the length,
    of which 200,000 characters are read.
    """
    markup = markup[:LONGEST_MARKUP]
    if not _LOOKS_LIKE_MARKUP.search(markup):
        return clean(markup)
    markup = _CDATA_ENDS.sub("", _HEADING.sub(" ", markup))
    has_tex = "tex-math" in markup
    text = html.unescape("".join(_pieces(markup, has_tex)))
    # Publishers set formulas within a sentence as if they stood alone.
    return clean(_TEX_DOCUMENT.sub("", text).replace("$$", "$") if has_tex else text)


def _pieces(markup: str, has_tex: bool) -> list[str]:
    pieces: list[str] = []
    place = 0
    while found := _TAG.search(markup, place):
        pieces.append(markup[place : found.start()])
        place = found.end()
        if found["name"] is None:
            place = _end_of_comment(markup, place) if found[0] == "<!--" else place
            continue
        name = found["name"].rpartition(":")[2].lower()
        if not found["end"] and not _is_tag(found["name"], name, found["rest"]):
            pieces.append(found[0])
        elif name in _BLOCKS:
            pieces.append(": " if _ends_heading(found, name, pieces) else " ")
        elif (name in _UNREAD or (name == "math" and has_tex)) and not found["end"]:
            place = _end_of_element(markup, place, found["name"], found["rest"])
    pieces.append(markup[place:])
    return pieces


def _is_tag(written: str, name: str, rest: str) -> bool:
    """Whether it is one; "Vec<T>" and "a<b for all n>" only look like one."""
    is_known = name in _BLOCKS or name in _INLINES or ":" in written
    return (
        '="' in rest or "='" in rest or (is_known and ("=" in rest or not rest.strip("/ \t\r\n")))
    )


def _ends_heading(found: re.Match[str], name: str, pieces: list[str]) -> bool:
    """Whether this is the end of a heading within an abstract, such as "Background"."""
    is_heading = name == "title" and found["end"] and found["name"] != name
    return bool(is_heading) and pieces[-1][-1:].isalnum()


def _end_of_comment(markup: str, place: int) -> int:
    end = markup.find("-->", place)
    return len(markup) if end < 0 else end + 3


def _end_of_element(markup: str, place: int, name: str, rest: str) -> int:
    if rest.endswith("/"):
        return place
    end = markup.find(f"</{name}", place)
    return len(markup) if end < 0 else end
