"""What a file of somebody's papers holds, in one shape whatever its format.

Decides the fields, their lengths and what is cut; never the network, the clock, settings or the
database: files are read in a process of their own (apart.py). Sentences are marked for translation
and translated where they are shown.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from papers.formats.lines import lines_of

Name = tuple[str, str]

MOST_BYTES = 20_000_000
MOST_RECORDS = 20_000
# A file of nothing but faults would otherwise fill the memory with sentences about them.
MOST_PROBLEMS = 2_000
LONGEST_TITLE = 1_000
LONGEST_NOTE = 5_000
LONGEST_SECTION = 200
LONGEST_TAG = 50
MOST_TAGS = 20
MOST_AUTHORS = 200
LONGEST_AUTHOR = 200
LONGEST_EXCERPT = 200
LONGEST_WHERE = 80

# What no column holds (NUL, lone surrogates) and what no line of text has.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# Before a tag as people write it ("#rl"); "# rl" is one that they typed so.
_HASHES = re.compile(r"^#+(?=[^\s#])")
_TAG_SEPARATORS = re.compile(r"[,;\r\n\t]")


@dataclass(frozen=True, slots=True)
class ImportedRecord:
    """One paper as a file names it. `where` is its line or key there, for messages.

    `names` are (scheme, value) pairs, the strongest first: "arxiv" and "doi" normalised
    (papers/identifiers.py), "url" as written. `added_at` is aware, or None.
    """

    where: str
    names: tuple[Name, ...] = ()
    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
    section: str = ""
    added_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A piece that was not understood: where it stands, why (a msgid), how it begins."""

    where: str
    words: str
    excerpt: str = ""


@dataclass(slots=True)
class ImportedFile:
    """A file read: `format` is a key of reading.FORMATS, `title` the list's own name or "".

    `charset` is the encoding by which its letters were read; `is_guessed` when nothing said so.
    `is_cut` when it has more papers than are read.
    """

    format: str = ""
    charset: str = "utf-8"
    is_guessed: bool = False
    is_cut: bool = False
    title: str = ""
    records: list[ImportedRecord] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def say(self, where: str, words: str, excerpt: str = "") -> None:
        """Note a problem; those beyond MOST_PROBLEMS are dropped."""
        if len(self.problems) < MOST_PROBLEMS:
            problem = Problem(one_line(where)[:LONGEST_WHERE], words, shortened(excerpt))
            self.problems.append(problem)

    def add(self, record: ImportedRecord) -> bool:
        """Take `record`, cut to what a list can hold; False when the file has too many.

        What is cut is said.
        """
        if len(self.records) >= MOST_RECORDS:
            self.is_cut = True
            return False
        self.records.append(self._fitting(record))
        return True

    def _fitting(self, record: ImportedRecord) -> ImportedRecord:
        where = one_line(record.where)[:LONGEST_WHERE]
        note = lines(record.note)
        if len(note) > LONGEST_NOTE:
            self.say(where, N_("The note is longer than 5,000 characters; its end is cut."), note)
        section = one_line(record.section)
        if len(section) > LONGEST_SECTION:
            self.say(where, N_("The section's name is cut after 200 characters."), section)
        return ImportedRecord(
            where=where,
            names=record.names,
            title=one_line(record.title)[:LONGEST_TITLE],
            authors=tuple(
                one_line(name)[:LONGEST_AUTHOR] for name in record.authors[:MOST_AUTHORS]
            ),
            year=record.year,
            note=note[:LONGEST_NOTE].rstrip(),
            tags=self._fitting_tags(where, record.tags),
            section=section[:LONGEST_SECTION].rstrip(),
            added_at=record.added_at,
        )

    def _fitting_tags(self, where: str, tags: Iterable[str]) -> tuple[str, ...]:
        kept: dict[str, str] = {}
        for tag in tags:
            text = _HASHES.sub("", one_line(tag))
            if len(text) > LONGEST_TAG:
                self.say(where, N_("A tag is left out: it is longer than 50 characters."), text)
            elif text:
                kept.setdefault(text.casefold(), text)
        if len(kept) > MOST_TAGS:
            self.say(where, N_("Only the first 20 tags are taken."), ", ".join(kept.values()))
        return tuple(list(kept.values())[:MOST_TAGS])


def N_(msgid: str) -> str:
    """Mark a sentence for translation without translating it here."""
    return msgid


def split_tags(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _TAG_SEPARATORS.split(text) if part.strip())


def one_line(text: str) -> str:
    return " ".join(_UNSTORABLE.sub(" ", text).split())


def lines(text: str) -> str:
    """`text` with LF at line ends only, without empty lines around it, as files hold notes."""
    return "\n".join(lines_of(text))


def shortened(text: str) -> str:
    shown = one_line(text[: LONGEST_EXCERPT * 4])
    return shown if len(shown) <= LONGEST_EXCERPT else f"{shown[: LONGEST_EXCERPT - 1]}…"


def year_in(text: str) -> int | None:
    """The first year from 1800 to 2199 that `text` names."""
    found = re.search(r"(?<!\d)(1[89]\d\d|2[01]\d\d)(?!\d)", text[:200], re.ASCII)
    return int(found[0]) if found else None


def moment_in(text: str) -> datetime | None:
    """An ISO 8601 date or moment, UTC where it names no zone; None for anything else."""
    try:
        moment = datetime.fromisoformat(text.strip()[:40])
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
