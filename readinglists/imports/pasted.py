"""Papers named anywhere in a text: lists of ids, Markdown, mails, web pages copied.

It decides which names on a line are one paper, what is a heading, and which lines are a note. Our
own Markdown and lists of ids read back as they were written (papers/formats/markdown.py, ids.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from papers.feeds.records import ParseError
from readinglists.imports.records import N_, ImportedFile, ImportedRecord, Name, split_tags
from readinglists.imports.text_names import Found, names_in

# A line longer than this is cut into pieces of so many characters.
LONGEST_LINE = 10_000
_HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*?))?[ \t]*")
_BULLET = re.compile(r"(?P<indent>[ \t]*)(?:[-*+]|\d{1,4}[.)])[ \t]+")
# - [title](address). What else is known
_LINKED = re.compile(
    r"\[(?P<title>(?:\\.|[^\]\\]){0,2000})\]\(\s*<?(?P<address>[^()\s<>]{1,2000})>?\s*\)"
)
_LINKED_ITEM = re.compile(r"^[-*+] \[.{0,2000}?\]\(https?://", re.MULTILINE)
_UNESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_TAGS = re.compile(r"[ \t]+tags:[ \t]*(.+)", re.IGNORECASE)
_AROUND_TITLE = ' .,:;-([*_"\u2013\u2014\u201c\u201d'
_SAID = re.compile(r"(?:^|\.)\s*(doi:\S+(?=\s*$)|arxiv:[\w./-]+(?=\.\s|\s*$))", re.IGNORECASE)


@dataclass(slots=True)
class _Item:
    """A record that lines below may add to."""

    where: str
    names: tuple[Name, ...]
    title: str
    section: str
    is_listed: bool
    is_parted: bool = False
    tags: tuple[str, ...] = ()
    note: list[str] = field(default_factory=list)

    def record(self) -> ImportedRecord:
        note = "\n".join(self.note)
        return ImportedRecord(
            self.where, self.names, self.title, note=note, tags=self.tags, section=self.section
        )


def count_linked_items(text: str) -> int:
    """How many items of Markdown begin with a link."""
    return sum(1 for _found in _LINKED_ITEM.finditer(text))


def read(text: str) -> ImportedFile:
    """Every paper that `text` names, in order. Raises ParseError when it names none."""
    found = ImportedFile(format="pasted")
    for item in _Reader(found, text).items():
        if not found.add(item.record()):
            break
    if not found.records and not found.problems:
        raise ParseError(N_("No arXiv id, no DOI and no address was found in this text."))
    return found


class _Reader:
    def __init__(self, found: ImportedFile, text: str) -> None:
        self._found = found
        self._numbered = [
            (number, piece)
            for number, line in enumerate(text.splitlines(), 1)
            for piece in _pieces(line.replace("\0", ""))
        ]
        self._lines = [line for _number, line in self._numbered]
        self._has_items = any(_BULLET.match(line) and _LINKED.search(line) for line in self._lines)
        self._is_list = self._looks_like_list()
        self._section = ""
        self._last: _Item | None = None
        self._is_begun = False
        # Before the first item of Markdown with a title stands what the list is about.
        self._is_preamble = self._has_items and self._lines_begin_with_title()

    def items(self) -> Iterator[_Item]:
        for number, line in self._numbered:
            if self._continues(line):
                continue
            if heading := _HEADING.fullmatch(line):
                yield from self._done()
                self._head(heading)
                continue
            self._is_begun = self._is_begun or bool(line.strip())
            for item in self._read(f"line {number}", line):
                yield from self._done()
                self._last = item
        yield from self._done()

    def _done(self) -> Iterator[_Item]:
        if self._last is not None:
            yield self._last
        self._last = None

    def _continues(self, line: str) -> bool:
        """Whether the line belongs to the item above: its tags, or a line of its note."""
        if self._last is None or not self._last.is_listed:
            return False
        if not line.strip():
            self._last.is_parted = True
            self._last.note += [""] if self._last.note else []
            return True
        if not line.startswith(("  ", "\t")) or (_BULLET.match(line) and any(names_in(line))):
            return False
        tags = _TAGS.fullmatch(line)
        if tags and not self._last.is_parted and not self._last.note:
            self._last.tags = split_tags(_plain(tags[1]))
        else:
            self._last.note.append(_plain(line[2:] if line.startswith("  ") else line[1:]))
        return True

    def _head(self, heading: re.Match[str]) -> None:
        title = heading[2] or ""
        title = _plain(title) if self._has_items else title
        is_first, self._is_begun = not self._is_begun, True
        if heading[1] == "#" and self._has_items and is_first:
            self._found.title = title
            return
        self._is_preamble = False
        self._section = title

    def _read(self, where: str, line: str) -> Iterator[_Item]:
        bullet = _BULLET.match(line)
        if bullet:
            self._is_preamble = False
            yield from self._listed(where, line[bullet.end() :])
        elif not self._is_preamble:
            yield from self._in_line(where, line)

    def _listed(self, where: str, text: str) -> Iterator[_Item]:
        """An item of a list is one paper, unless it names several."""
        link = _LINKED.match(text)
        if link and (names := _names_of(link["address"])):
            names = names if _is_named(names) else _stronger(text[link.end() :]) + names
            yield _Item(where, names, _plain(link["title"]), self._section, is_listed=True)
            return
        plain = _plain(text)
        strong = [each for each in names_in(plain) if _is_named(each.names)]
        arxiv = {value for each in strong for scheme, value in each.names if scheme == "arxiv"}
        dois = {value for each in strong for scheme, value in each.names if scheme == "doi"}
        if strong and len(arxiv) <= 1 and len(dois) <= 1:
            names = tuple(dict.fromkeys(name for each in strong for name in each.names))
            names = tuple(sorted(names, key=lambda name: name[0]))
            title = _title_before(text, plain, strong[0])
            yield _Item(where, names, title, self._section, is_listed=True)
        else:
            yield from self._in_line(where, plain, is_listed=True)

    def _in_line(self, where: str, line: str, *, is_listed: bool = False) -> Iterator[_Item]:
        seen: set[tuple[Name, ...]] = set()
        odd = ""
        for each in names_in(line):
            if each.names and each.names not in seen:
                seen.add(each.names)
                yield _Item(where, each.names, "", self._section, is_listed)
            odd = odd or ("" if each.names else each.text)
        if seen:
            return
        if odd:
            words = N_("This looks like an arXiv id, a DOI or an address, but is none.")
            self._found.say(where, words, odd)
        elif line.strip() and (is_listed or self._is_list):
            self._found.say(where, N_("This line names no paper: no id, DOI or address."), line)

    def _looks_like_list(self) -> bool:
        """Whether most lines name papers: then one that does not is worth telling."""
        lines = [line for line in self._lines[:2_000] if line.strip() and line[0] != "#"]
        naming = sum(any(True for _ in names_in(line)) for line in lines)
        return bool(lines) and (naming * 2 > len(lines) or len(lines) <= 3)

    def _lines_begin_with_title(self) -> bool:
        first = next((line for line in self._lines if line.strip()), "")
        return first.startswith("# ")


def _pieces(line: str) -> Iterator[str]:
    for start in range(0, max(len(line), 1), LONGEST_LINE):
        yield line[start : start + LONGEST_LINE]


def _plain(markdown: str) -> str:
    return _UNESCAPED.sub(r"\1", markdown)


def _names_of(address: str) -> tuple[Name, ...]:
    each = next(names_in(address), None)
    return each.names if each else ()


def _is_named(names: tuple[Name, ...]) -> bool:
    return any(scheme != "url" for scheme, _value in names)


def _stronger(rest: str) -> tuple[Name, ...]:
    """What names the paper behind a link to a page that does not: its DOI or arXiv id, said in a
    sentence of its own, or the one other link that does. Mere figures in a title do not."""
    plain = _plain(rest)
    if said := _SAID.search(plain):
        return next((each.names for each in names_in(said[1].rstrip("."))), ())
    linked = {_names_of(link["address"]) for link in _LINKED.finditer(rest)}
    named = [names for names in linked if _is_named(names)]
    return named[0] if len(named) == 1 else ()


def _title_before(text: str, plain: str, first: Found) -> str:
    """The link's text, else what stands before the first name: "Title. arXiv:2401.00001"."""
    link = _LINKED.search(text)
    if link:
        return _plain(link["title"])
    return plain[: first.start].strip(_AROUND_TITLE)
