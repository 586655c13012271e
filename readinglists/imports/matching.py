"""Which papers known here the records of a file are: by arXiv id, DOI, address, title at last.

It decides whether a record is matched, new (it can be fetched), another one's double, or not
understood and why. It writes nothing and asks nobody. Read more: papers/identity.py (which names
belong to one paper: another arXiv id is always another paper).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from papers import own_pages
from papers.addresses import public_address
from papers.merging import merged_into
from papers.models import Paper, PaperIdentifier
from papers.own_pages import NUMBER
from papers.titles import Titled, find_titled
from readinglists.imports.records import N_, ImportedRecord, Name

CHUNK = 1_000
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)


class Outcome(StrEnum):
    MATCHED = "matched"
    NEW = "new"
    DOUBLE = "double"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Match:
    """What became of a record. `name` is what a NEW one is fetched by; `first` is the place, from
    0 in the whole file, of the record of which this is a DOUBLE; `words` (a msgid) say why it is
    not understood."""

    record: ImportedRecord
    outcome: Outcome
    paper_id: int | None = None
    name: Name | None = None
    first: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    paper_id: int
    arxiv_id: str


class Matcher:
    """Matches the records of one file, in chunks of a constant number of queries each."""

    def __init__(self) -> None:
        self._places: dict[Name | int, int] = {}
        self._next = 0

    def match(self, records: Sequence[ImportedRecord]) -> list[Match]:
        """What each of `records`, the next of the file, is. Seven queries at most."""
        asked = [_lookups(record) for record in records]
        known = _known({name for names in asked for name in names})
        papers = [_paper_of(names, known) for names in asked]
        by_title = _by_title(records, papers)
        return [
            self._tell(record, paper, by_title.get(place, _NoTitle()))
            for place, (record, paper) in enumerate(zip(records, papers, strict=True))
        ]

    def _tell(
        self, record: ImportedRecord, paper: _Known | None, titled: "_Found | _NoTitle"
    ) -> Match:
        place, self._next = self._next, self._next + 1
        paper_id = paper.paper_id if paper else titled.paper_id
        fetchable = [name for name in record.names if name[0] in ("arxiv", "doi")]
        keys: list[Name | int] = [paper_id] if paper_id else []
        keys += fetchable if paper_id is None else []
        if not keys:
            return Match(record, Outcome.UNKNOWN, words=_why_unknown(record, titled))
        for key in keys:
            if key in self._places:
                return Match(record, Outcome.DOUBLE, paper_id, first=self._places[key])
        self._places |= dict.fromkeys(keys, place)
        if paper_id:
            return Match(record, Outcome.MATCHED, paper_id)
        return Match(record, Outcome.NEW, name=fetchable[0])


@dataclass(frozen=True, slots=True)
class _NoTitle:
    paper_id: None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    paper_id: int | None
    words: str = field(default="")


def _why_unknown(record: ImportedRecord, titled: _Found | _NoTitle) -> str:
    if titled.words:
        return titled.words
    if record.names:
        return N_("No paper here is at this address, and it names no arXiv id and no DOI.")
    if record.title:
        return N_("It names no arXiv id and no DOI, and no paper here has this title.")
    return N_("It names no paper: no arXiv id, no DOI, no address, no title.")


def _lookups(record: ImportedRecord) -> list[Name]:
    return [each for name in record.names for each in _spellings(name)]


def _spellings(name: Name) -> Iterator[Name]:
    """The names under which the paper may be stored: addresses as written and normalised."""
    scheme, value = name
    if scheme != "url":
        yield name
        return
    if own := own_pages.name_in(value):
        yield own
        return
    addresses = [value]
    with suppress(ValueError):  # within somebody's own network: known by no source
        addresses.append(public_address(value))
    for address in dict.fromkeys(addresses):
        yield ("url", address)
        scheme, _colon, rest = address.partition(":")
        yield ("url", f"{'http' if scheme == 'https' else 'https'}:{rest}")


def _known(names: Iterable[Name]) -> dict[Name, _Known]:
    wanted: dict[str, list[str]] = {}
    for scheme, value in names:
        wanted.setdefault(scheme, []).append(value)
    found: dict[Name, _Known] = {}
    for scheme in ("arxiv", "doi", "url"):
        if values := wanted.get(scheme):
            rows = PaperIdentifier.objects.filter(scheme=scheme, value__in=values)
            for value, paper_id, arxiv_id in rows.values_list(
                "value", "paper_id", "paper__arxiv_id"
            ):
                found[scheme, value] = _Known(paper_id, arxiv_id or "")
    # Not every row has its identifiers: an administrator may have made it by hand.
    unnamed = [value for value in wanted.get("arxiv", ()) if ("arxiv", value) not in found]
    if unnamed:
        for paper_id, arxiv_id in Paper.objects.filter(arxiv_id__in=unnamed).values_list(
            "pk", "arxiv_id"
        ):
            found["arxiv", arxiv_id or ""] = _Known(paper_id, arxiv_id or "")
    return found | _known_numbers(wanted.get(NUMBER, []))


def find_papers(names: Iterable[Name]) -> dict[Name, int]:
    """The papers that are known by these names, (scheme, value) pairs. Four queries at most."""
    return {name: paper.paper_id for name, paper in _known(set(names)).items()}


def _known_numbers(numbers: Sequence[str]) -> dict[Name, _Known]:
    if not numbers:
        return {}
    wanted = {number: int(number) for number in numbers}
    moved = merged_into(wanted.values())
    papers = dict(
        Paper.objects.filter(pk__in=[moved.get(pk, pk) for pk in wanted.values()]).values_list(
            "pk", "arxiv_id"
        )
    )
    return {
        (NUMBER, number): _Known(moved.get(pk, pk), papers[moved.get(pk, pk)] or "")
        for number, pk in wanted.items()
        if moved.get(pk, pk) in papers
    }


def _paper_of(names: Sequence[Name], known: dict[Name, _Known]) -> _Known | None:
    """The paper under the strongest name, unless its arXiv id is another than the record's."""
    own_ids = {value for scheme, value in names if scheme == "arxiv"}
    for name in names:
        paper = known.get(name)
        if paper and (name[0] == "arxiv" or not own_ids or not paper.arxiv_id):
            return paper
    return None


def _by_title(
    records: Sequence[ImportedRecord], papers: Sequence[_Known | None]
) -> dict[int, _Found]:
    """By place in the chunk, for records that no name led to a paper and that have no arXiv id."""
    asking = [
        place
        for place, (record, paper) in enumerate(zip(records, papers, strict=True))
        if paper is None and record.title and not any(n[0] == "arxiv" for n in record.names)
    ]
    titles = [records[place].title for place in asking]
    plain = [_without_accents(title) for title in titles]
    found = find_titled([*titles, *plain])
    told: dict[int, _Found] = {}
    for at, place in enumerate(asking):
        candidates = {each.paper_id: each for each in (*found[at], *found[at + len(asking)])}
        if candidates:
            told[place] = _choose(records[place], list(candidates.values()))
    return told


def _choose(record: ImportedRecord, candidates: Sequence[Titled]) -> _Found:
    if not record.authors:
        words = N_("A paper here has this title, but the file names no author to be sure.")
        return _Found(None, words)
    family = _family(record.authors[0])
    same = [each for each in candidates if _family(each.first_author) == family]
    if len(same) == 1:
        return _Found(same[0].paper_id)
    if same:
        return _Found(None, N_("Several papers here have this title and first author."))
    return _Found(None, N_("A paper here has this title, but another first author."))


def _family(name: str) -> str:
    """The last word of a family name in small letters without accents: of `Ada van Berg, Jr.` and
    `van Berg, A.` it is `berg`."""
    parts = [part.strip() for part in name.split(",")]
    parts = [part for part in parts if part and not _SUFFIX.fullmatch(part)]
    words = [word for word in (parts or [""])[0].split() if not _SUFFIX.fullmatch(word)]
    return "".join(filter(str.isalnum, _without_accents((words or [""])[-1]).casefold()))


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
