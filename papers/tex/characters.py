r"""Maths as a line of characters, for search, mail and titles of windows: `x^2` is x².

Decides what reads well without layout; an unknown command keeps its arguments. Never fails on
what is no maths: it is passed on as it is.
"""

import re
import unicodedata

from papers.tex.braces import match_braces
from papers.tex.symbols import FUNCTIONS, SYMBOLS, names, script

_TOKEN = re.compile(r"\\([A-Za-z]+)|\\.|[_^{}~&]", re.DOTALL)
_FUNCTION = "|".join(sorted(FUNCTIONS, key=len, reverse=True))
_BEFORE_FUNCTION = re.compile(rf"(?<=[\w)}}\]])\s*(?=\\(?:{_FUNCTION})(?![A-Za-z]))")
_BEHIND_FUNCTION = re.compile(rf"(\\(?:{_FUNCTION}))(?![A-Za-z])\s*(?=[\w\\])")
_FRACTIONS = frozenset(("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"))
_SILENT = names(
    "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr displaystyle textstyle"
    " limits nolimits nonumber notag xspace rm bf it cal em sf tt scriptstyle ensuremath"
)
_SILENT_WITH_ARGUMENT = frozenset(("begin", "end", "color", "label", "tag", "hspace", "mspace"))
_SKIPPED_ARGUMENTS = {"textcolor": 1, "colorbox": 1, "href": 1, "style": 1, "class": 1, "cssId": 1}
_SPACES = frozenset(("quad", "qquad", "enspace", "thinspace"))
_OVER = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303",
    "bar": "\u0304", "overline": "\u0304", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308",
    "check": "\u030c", "breve": "\u0306", "acute": "\u0301", "grave": "\u0300",
}  # fmt: skip
_FONTS = names(
    "mathcal mathbf mathrm mathit mathsf mathtt mathfrak mathscr mathnormal boldsymbol bm pmb"
    " operatorname text textbf textit textrm textsf texttt emph mbox hbox"
)
_DOUBLE_STRUCK = {"mathbb", "mathds", "Bbb"}
_DOUBLE_STRUCK_LETTERS = str.maketrans("CHNPQRZ", "ℂℍℕℙℚℝℤ")
_ESCAPED = {"|": "‖", ",": " ", ";": " ", ":": " ", ">": " ", "!": "", " ": " ", "\\": " "}
_SIMPLE = re.compile(r"[\w.√′]*")
_SPACE = re.compile(r"\s+")


def in_characters(maths: str) -> str:
    r"""Return `maths`, TeX without its dollars, on one line. Raises TooDeep.

    Sums and fractions in brackets where the layout said it: `\frac{a+1}{b}` is (a+1)/b.
    """
    if "\\" in maths:
        maths = _BEHIND_FUNCTION.sub(r"\1 ", _BEFORE_FUNCTION.sub(" ", maths))
    text = _Line(maths).read(0, len(maths))
    return unicodedata.normalize("NFC", _SPACE.sub(" ", text)).strip()


class _Line:
    def __init__(self, source: str) -> None:
        self._source = source
        self._closing = match_braces(source)

    def read(self, start: int, end: int) -> str:
        said: list[str] = []
        at = start
        while match := _TOKEN.search(self._source, at, end):
            said.append(self._source[at : match.start()])
            text, at = self._read_token(match, end)
            said.append(text)
        said.append(self._source[at:end])
        return "".join(said)

    def _read_token(self, match: re.Match[str], end: int) -> tuple[str, int]:
        sign, at = match[0], match.end()
        if match[1]:
            return self._read_macro(match[1], at, end)
        if sign in "_^":
            text, at = self._argument(at, end)
            return script(sign, text.strip()), at
        if sign == "{" and (close := self._closing.get(match.start(), end)) < end:
            return self.read(at, close), close + 1
        if sign in "{}":
            return "", at
        if sign in "~&":
            return " ", at
        return _ESCAPED.get(sign[1], sign[1]), at

    def _argument(self, at: int, end: int) -> tuple[str, int]:
        """Return what a command at `at` is given, a group or one sign, and the place behind it."""
        while at < end and self._source[at] == " ":
            at += 1
        if at >= end:
            return "", at
        match = _TOKEN.match(self._source, at, end)
        if match is None or match[0] in "_^}":
            return self._source[at], at + 1
        return self._read_token(match, end)

    def _read_macro(self, name: str, at: int, end: int) -> tuple[str, int]:
        if name in _FRACTIONS:
            above, at = self._argument(at, end)
            below, at = self._argument(at, end)
            return f"{_bracketed(above)}/{_bracketed(below)}", at
        if name == "sqrt":
            inside, at = self._argument(at, end)
            return f"√{_bracketed(inside)}", at
        if name == "binom":
            above, at = self._argument(at, end)
            below, at = self._argument(at, end)
            return f"({above} choose {below})", at
        if name in _OVER:
            inside, at = self._argument(at, end)
            return inside + (_OVER[name] if len(inside) == 1 else ""), at
        if name in _DOUBLE_STRUCK:
            inside, at = self._argument(at, end)
            return inside.translate(_DOUBLE_STRUCK_LETTERS), at
        if name in _FONTS:
            return self._argument(at, end)
        if name == "not":
            inside, at = self._argument(at, end)
            return inside + "\u0338", at
        if name == "pmod":
            inside, at = self._argument(at, end)
            return f"(mod {inside})", at
        return self._read_word(name, at, end)

    def _read_word(self, name: str, at: int, end: int) -> tuple[str, int]:
        if name in FUNCTIONS:
            return name, at
        if name in _SILENT:
            # The empty delimiter is a full stop.
            empty = name in ("left", "right") and self._source.startswith(".", at)
            return "", at + 1 if empty else at
        if name in _SPACES:
            return " ", at
        if name in _SILENT_WITH_ARGUMENT:
            return "", self._argument(at, end)[1]
        if name in SYMBOLS:
            return SYMBOLS[name], self._behind_symbol(name, at, end)
        return self._read_other(name, at, end)

    def _behind_symbol(self, name: str, at: int, end: int) -> int:
        spaced_before = self._source[max(at - len(name) - 2, 0)] == " "
        eats = at < end and self._source[at] == " " and not SYMBOLS[name].isalpha()
        return at + 1 if eats and not spaced_before else at

    def _read_other(self, name: str, at: int, end: int) -> tuple[str, int]:
        given: list[str] = []
        while at < end and self._source[at] == "{" and self._closing.get(at, end) < end:
            text, at = self._argument(at, end)
            given.append(text)
        shown = [text for text in given[_SKIPPED_ARGUMENTS.get(name, 0) :] if text]
        return " ".join(shown) if shown else f"\\{name}", at


def _bracketed(text: str) -> str:
    text = text.strip()
    return text if _SIMPLE.fullmatch(text) else f"({text})"
