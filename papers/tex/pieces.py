r"""Cuts a title or an abstract into plain text, maths and marked passages, whoever shows them.

Nothing is lost: `%` is a percent sign, an unknown command keeps its arguments (and its own name
where it has none), a space stays. Read more: docs/decisions.md. Never reads what a command would.
"""

import re
from typing import Literal, NamedTuple

from papers.tex.braces import match_braces
from papers.tex.dollars import LONGEST_MATHS, maths_at
from papers.tex.symbols import ACCENTS, LETTERS, SYMBOLS, accented, names

Kind = Literal["text", "open", "close", "maths", "block"]


class Piece(NamedTuple):
    """`text` is plain text, the source of maths, or the tag (em, strong, ...) of a passage."""

    kind: Kind
    text: str


_STYLES = {
    "emph": "em", "textit": "em", "textsl": "em", "textbf": "strong", "texttt": "code",
    "textsuperscript": "sup", "textsubscript": "sub",
}  # fmt: skip
_SWITCHES = {
    "em": "em", "it": "em", "itshape": "em", "sl": "em", "bf": "strong", "bfseries": "strong",
    "tt": "code", "ttfamily": "code", "rm": "", "sc": "", "sf": "", "scshape": "", "small": "",
    "large": "", "normalsize": "", "footnotesize": "", "sffamily": "", "rmfamily": "",
}  # fmt: skip
# The arguments before the one that is read.
_SKIPPED_ARGUMENTS = {"textcolor": 1, "colorbox": 1, "href": 1, "hyperlink": 1, "hyperref": 0}
_SILENT = names(
    "nobreakdash noindent xspace centering protect bigskip medskip smallskip leavevmode"
)
_SILENT_WITH_ARGUMENT = frozenset(
    ("color", "label", "vspace", "hspace", "pagestyle", "begin", "end")
)
_BREAKS = names("newline par space linebreak quad qquad smallbreak")
_CITATIONS = names("cite citep citet citealp citeyear ref cref Cref eqref autoref")
_MATHS_SCENES = re.compile(
    r"\\begin\{(?P<name>(?:equation|align|gather|multline|eqnarray|displaymath)\*?)\}"
)

# Alternatives that begin with a character each: anything else makes the search ten times slower.
_TOKEN = re.compile(r"\\|\$|\{|\}|--|``|\'\'|~|://")
_URL = re.compile(r"""://(?:[^\s\\{}$<>"~]|~(?=\w))+""")
_MACRO = re.compile(r"[A-Za-z]+")
_DASH = re.compile(r"(?<=[\w,.)}\]])-{2,3}(?=[\w({$\\])|(?<=\s)-{2,3}(?=\s)")
_TIE = re.compile(r"(?<=[A-Za-z.,;)}])~(?=[A-Za-z\\$(\[])|(?<=\w)~(?=[\\$])")
_ACCENTED = re.compile(
    r"(?:\s*\{\s*(?P<a>\\[ij]|[A-Za-z])\s*\}|(?P<b>\\[ij](?![A-Za-z])|[A-Za-z]))"
)
_ACCENTED_WORD = re.compile(r"\s*\{\s*(?P<a>\\[ij]|[A-Za-z])\s*\}|\s+(?P<b>[A-Za-z])")
# arXiv's own spelling of some letters: \b{eta} for \beta.
_SPLIT_NAME = re.compile(r"\{([a-z]{2,})\}")
_GROUP = re.compile(r"\s?\{")
_CODE_POINT = re.compile(r'\{\s*(?:x|"|0x)([0-9A-Fa-f]{2,6})\s*\}')
_DASHES = {"--": "–", "---": "—", "~": "\u00a0"}
_QUOTES = {"``": "“", "''": "”"}
_SPACES = {
    " ": " ",
    ",": "\u00a0",
    ";": " ",
    ":": " ",
    ">": " ",
    "!": "",
    "-": "",
    "/": "",
    "@": "",
}


def cut(source: str) -> list[Piece]:
    """Return the pieces of `source`, in order. Raises TooDeep."""
    reader = _Reader(source)
    reader.read(0, len(source))
    return reader.pieces


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._closing = match_braces(source)
        self.pieces: list[Piece] = []
        self._switched: list[list[str]] = []

    def read(self, start: int, end: int) -> None:
        at = start
        while match := _TOKEN.search(self._source, at, end):
            self._say(self._source[at : match.start()])
            at = self._read_token(match, end)
        self._say(self._source[at:end])

    def _say(self, text: str) -> None:
        if text:
            self.pieces.append(Piece("text", text))

    def _read_token(self, match: re.Match[str], end: int) -> int:
        sign, at = match[0], match.start()
        if sign == "\\":
            macro = _MACRO.match(self._source, at + 1, end)
            if macro:
                return self._read_macro(macro[0], at, macro.end(), end)
            return self._read_escape(at, end)
        if sign == "$":
            return self._read_dollar(at, end)
        if sign in "{}":
            return self._read_brace(at)
        return self._read_sign(sign, at, end)

    def _read_sign(self, sign: str, at: int, end: int) -> int:
        if sign in _QUOTES:
            self._say(_QUOTES[sign])
            return at + 2
        # In the text of an address, two hyphens are two hyphens.
        pattern = {"--": _DASH, "~": _TIE, "://": _URL}[sign]
        match = pattern.match(self._source, at, end)
        text = match[0] if match else sign
        self._say(_DASHES.get(text, text) if match and sign != "://" else text)
        return at + len(text)

    def _read_dollar(self, at: int, end: int) -> int:
        maths = maths_at(self._source, at, end)
        if maths is None:
            self._say("$")
            return at + 1
        self.pieces.append(Piece("block" if maths.block else "maths", maths.source))
        return maths.end

    def _read_brace(self, at: int) -> int:
        close = self._closing.get(at)
        if close is None:
            # Opened or closed by nothing; one that is closed is stepped over with its partner.
            self._say(self._source[at])
            return at + 1
        self._read_group(at + 1, close)
        return close + 1

    def _read_group(self, start: int, end: int, tag: str = "") -> None:
        self._switched.append([])
        if tag:
            self.pieces.append(Piece("open", tag))
        self.read(start, end)
        closed = [*reversed(self._switched.pop()), *([tag] if tag else [])]
        self.pieces.extend(Piece("close", name) for name in closed)

    def _read_escape(self, at: int, end: int) -> int:
        mark = self._source[at + 1 : min(at + 2, end)]
        if not mark:
            self._say("\\")
            return at + 1
        if mark in "([":
            return self._read_delimited(at, end, ")" if mark == "(" else "]")
        if mark in ACCENTS:
            return self._read_accent(at, end)
        if mark == "\\":
            return self._read_break(at, end)
        if mark in _SPACES:
            self._say(_SPACES[mark])
        else:
            self._say(mark if mark in "%&_#${}" else self._source[at : at + 2])
        return at + 2

    def _read_delimited(self, at: int, end: int, closer: str) -> int:
        close = self._source.find("\\" + closer, at + 2, min(end, at + LONGEST_MATHS))
        if close < 0 or not (inside := self._source[at + 2 : close].strip()):
            self._say(self._source[at : at + 2])
            return at + 2
        self.pieces.append(Piece("maths" if closer == ")" else "block", inside))
        return close + 2

    def _read_accent(self, at: int, end: int) -> int:
        mark = self._source[at + 1]
        match = _ACCENTED.match(self._source, at + 2, end)
        whole = accented(mark, match["a"] or match["b"]) if match else ""
        if match and whole and not self._is_quote(mark, match, at):
            self._say(whole)
            return match.end()
        # Escaped as in a program, not as in TeX: don\'t, \"so called\".
        self._say(mark)
        return at + 2

    def _is_quote(self, mark: str, match: re.Match[str], at: int) -> bool:
        letter, after = match["b"], self._source[match.end() : match.end() + 1]
        if letter is None or mark not in "'\"":
            return False
        inside_word = at > 0 and self._source[at - 1].isalpha()
        if mark == "'":
            return inside_word and letter in "st" and not after.isalpha()
        return letter not in "aeiouyAEIOUY" or (not inside_word and letter.islower())

    def _read_break(self, at: int, end: int) -> int:
        after = self._source[at + 2 : min(at + 3, end)]
        if after and after in "%&#":
            # Escaped twice on its way.
            return at + 2
        is_break = not after or after.isspace() or self._source[max(at - 1, 0)].isspace()
        self._say(" " if is_break else "\\\\")
        return at + 2

    def _read_macro(self, name: str, start: int, at: int, end: int) -> int:
        if name in _STYLES:
            return self._read_argument(at, end, _STYLES[name])
        if name in _SWITCHES:
            return self._read_switch(name, at, end)
        if name in ACCENTS and (behind := self._read_accent_word(name, at, end)):
            return behind
        if name == "begin" and (scene := _MATHS_SCENES.match(self._source, start, end)):
            return self._read_scene(scene["name"], start, end)
        if name == "unicode" and (point := _CODE_POINT.match(self._source, at, end)):
            self._say(_character(int(point[1], 16)))
            return point.end()
        if name in SYMBOLS:
            return self._read_symbol(name, at, end)
        return self._read_other(name, start, at, end)

    def _read_accent_word(self, name: str, at: int, end: int) -> int:
        """Return the place behind the accented letter, 0 when there is none."""
        split = _SPLIT_NAME.match(self._source, at, end)
        if split and name + split[1] in SYMBOLS:
            self._say(SYMBOLS[name + split[1]])
            return split.end()
        match = _ACCENTED_WORD.match(self._source, at, end)
        whole = accented(name, match["a"] or match["b"]) if match else ""
        self._say(whole)
        return match.end() if match and whole else 0

    def _read_symbol(self, name: str, at: int, end: int) -> int:
        self._say(SYMBOLS[name])
        if self._source.startswith("{}", at):
            return at + 2
        after = self._source[at : min(at + 2, end)]
        return at + 1 if name in LETTERS and after[:1] == " " and after[1:].islower() else at

    def _read_argument(self, at: int, end: int, tag: str = "") -> int:
        """Read the group behind a command, if there is one; return the place behind it."""
        if span := self._group(at, end):
            self._read_group(*span, tag)
            return span[1] + 1
        # A passage that is not closed, as where an abstract was shortened.
        return at + 1 if self._source.startswith("{", at, end) else at

    def _group(self, at: int, end: int) -> tuple[int, int] | None:
        match = _GROUP.match(self._source, at, end)
        close = self._closing.get(match.end() - 1) if match else None
        return (match.end(), close) if match and close is not None and close < end else None

    def _read_switch(self, name: str, at: int, end: int) -> int:
        if self._switched and (tag := _SWITCHES[name]):
            self._switched[-1].append(tag)
            self.pieces.append(Piece("open", tag))
        return at + 1 if at < end and self._source[at] == " " else at

    def _read_scene(self, name: str, start: int, end: int) -> int:
        opened = start + len(name) + len("\\begin{}")
        close = self._source.find(f"\\end{{{name}}}", opened, min(end, opened + LONGEST_MATHS))
        if close < 0:
            return opened
        self.pieces.append(Piece("block", self._source[opened:close].strip()))
        return close + len(name) + len("\\end{}")

    def _read_other(self, name: str, start: int, at: int, end: int) -> int:
        if name in _SILENT:
            return at
        if name in _BREAKS:
            self._say(" ")
            return at
        if name in _SILENT_WITH_ARGUMENT:
            span = self._group(at, end)
            return span[1] + 1 if span else at
        if name == "url":
            return self._read_url(at, end)
        if name == "footnote" or name in _CITATIONS or name == "enquote":
            return self._read_enclosed(name, at, end)
        return self._read_arguments(name, start, at, end)

    def _read_url(self, at: int, end: int) -> int:
        span = self._group(at, end)
        if span is None:
            return at
        self._say(re.sub(r"\\([_%&#~$])", r"\1", self._source[slice(*span)]))
        return span[1] + 1

    def _read_enclosed(self, name: str, at: int, end: int) -> int:
        if self._group(at, end) is None:
            return at
        before, after = {"footnote": (" (", ")"), "enquote": ("“", "”")}.get(name, ("[", "]"))
        self._say(before)
        at = self._read_argument(at, end)
        self._say(after)
        return at

    def _read_arguments(self, name: str, start: int, at: int, end: int) -> int:
        """Read a command that is not known: what it was given, else its own name."""
        skipped = _SKIPPED_ARGUMENTS.get(name, 0)
        spans = []
        while (span := self._group(at, end)) and self._source[at] == "{":
            spans.append(span)
            at = span[1] + 1
        shown = [span for span in spans[skipped:] if span[0] < span[1]] or spans[:skipped]
        if not any(first < last for first, last in shown):
            self._say(f"\\{name}")
        for number, span in enumerate(shown):
            self._say(" " if number else "")
            self._read_group(*span)
        return at


def _character(point: int) -> str:
    return chr(point) if 0x20 < point < 0xD800 or 0xE000 <= point < 0x110000 else ""
