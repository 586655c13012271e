r"""Titles and abstracts as people read them: authors write TeX, sources pass it on as it came.

Decides how such text is shown: as plain characters (`to_text`: search, mail, titles of windows) or
as HTML with MathML (`to_html`: pages). Stored text is never changed. Read more: papers/tex/.
"""

import re
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString

from papers.tex.braces import TooDeep
from papers.tex.characters import in_characters
from papers.tex.mathml import NotConverted, in_mathml
from papers.tex.pieces import Piece, cut

# Beyond, a text is shown as it came. arXiv's longest abstracts have some 4,000 characters.
LONGEST_TEXT = 20_000
# The papers of some hundred pages: about 10 MB a process.
KEPT_TEXTS = 2048
# Maths grows a dozenfold: longer texts would make that a gigabyte. They are converted each time.
LONGEST_KEPT = 5_000

_TEX = ("\\", "$", "--", "``", "''", "{}")
_SPACES = re.compile(r" {2,}")


def to_text(tex: str) -> str:
    r"""Return `tex` in plain characters: accents, dashes and simple maths, `$x^2$` is x².

    Nothing but markup is lost: unknown commands keep their arguments (and their names where they
    have none), `%` begins no comment. Text too long or nested too deeply comes back as it was.
    """
    pieces = _pieces(tex)
    if pieces is None:
        return tex
    try:
        return _SPACES.sub(" ", "".join(map(_in_text, pieces)))
    except (TooDeep, RecursionError):
        return tex


def to_html(tex: str) -> SafeString:
    r"""Return `tex` as HTML: text escaped, `\emph{...}` as <em>, maths as MathML.

    Holds no link, attribute or element but <em>, <strong>, <code>, <sup>, <sub> and MathML's, so
    it may stand within a link or a heading. Maths that cannot be converted is shown as its source.
    """
    if not _has_tex(tex):
        return escape(tex)
    return _kept_html(tex) if len(tex) <= LONGEST_KEPT else _html(tex)


def _html(tex: str) -> SafeString:
    pieces = _pieces(tex)
    if pieces is None:
        return escape(tex)
    return SafeString("".join(map(_in_html, pieces)))


_kept_html = lru_cache(maxsize=KEPT_TEXTS)(_html)


def _has_tex(text: str) -> bool:
    # Six times as fast as one regular expression; most texts end here.
    return any(sign in text for sign in _TEX)


def _pieces(tex: str) -> list[Piece] | None:
    """None where `tex` is to be shown as it is."""
    if not _has_tex(tex) or len(tex) > LONGEST_TEXT:
        return None
    try:
        return cut(tex) or None
    except (TooDeep, RecursionError):
        return None


def _in_text(piece: Piece) -> str:
    if piece.kind == "text":
        return piece.text
    if piece.kind == "maths":
        return in_characters(piece.text)
    return f" {in_characters(piece.text)} " if piece.kind == "block" else ""


def _in_html(piece: Piece) -> str:
    if piece.kind == "text":
        return escape(piece.text)
    if piece.kind == "open":
        return f"<{piece.text}>"
    if piece.kind == "close":
        return f"</{piece.text}>"
    try:
        return in_mathml(piece.text, block=piece.kind == "block")
    except NotConverted:
        return f"<code>{escape(piece.text)}</code>"
