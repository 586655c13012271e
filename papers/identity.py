"""Which records and rows are one paper: by arXiv id, by DOI, by the address of its page.

It decides what belongs together and never what is stored of it. Two different arXiv ids are two
papers, whatever DOI they share; so are two DOIs that share nothing but the address of a page. Read
more: docs/sources.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from papers.feeds.records import PaperRecord
from papers.models import PaperIdentifier

Name = tuple[str, str]
# As plain strings: looking one up in the class costs more than all else that is done to a name.
ARXIV = PaperIdentifier.Scheme.ARXIV.value
DOI = PaperIdentifier.Scheme.DOI.value
URL = PaperIdentifier.Scheme.URL.value

_KNOWN = """
SELECT i.scheme, i.value, p.id, p.arxiv_id, p.version, p.announced_on
FROM papers_paperidentifier i JOIN papers_paper p ON p.id = i.paper_id
WHERE i.scheme = %s AND i.value = ANY(%s)
"""
_DOIS_BY_URL = """
SELECT u.value, d.value FROM papers_paperidentifier u
JOIN papers_paperidentifier d ON d.paper_id = u.paper_id AND d.scheme = 'doi'
WHERE u.scheme = 'url' AND u.value = ANY(%s)
"""
_KNOWN_BY_ARXIV_ID = """
SELECT 'arxiv', arxiv_id, id, arxiv_id, version, announced_on FROM papers_paper
WHERE arxiv_id = ANY(%s)
"""
_NEW_IDS = """
WITH ids AS MATERIALIZED (SELECT pg_get_serial_sequence('papers_paper', 'id')::regclass AS sequence)
SELECT nextval(sequence) FROM ids, generate_series(1, %s)
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A stored paper, as far as identity and dates need it."""

    paper_id: int
    arxiv_id: str | None
    version: int | None
    announced_on: date | None


@dataclass(slots=True)
class Group:
    """Records of one paper, and its row; `others` are rows that turned out to be the same.

    `paper_id` is the row's, or a new one. `names` are all names that the records use, less those
    that belong to another paper.
    """

    records: list[PaperRecord] = field(default_factory=list)
    row: Row | None = None
    others: list[Row] = field(default_factory=list)
    names: set[Name] = field(default_factory=set)
    arxiv_id: str = ""
    paper_id: int = 0


@dataclass(slots=True)
class Resolved:
    """Every group in the order of its paper's id, and a sentence for each name in dispute."""

    groups: list[Group]
    problems: list[str]


def names_of(record: PaperRecord) -> list[Name]:
    """The names of a record, the strongest first; those of a published page are weakest."""
    names = ((ARXIV, record.arxiv_id), (DOI, record.doi), (URL, record.url))
    return [name for name in names if name[1]]


def resolve(records: Iterable[PaperRecord]) -> Resolved:
    """Sort `records` into groups, one a paper, each with the row it is stored in or a new id.

    To be called within the transaction that holds ingest's lock.
    """
    named = [(record, names_of(record)) for record in records]
    wanted = {name for _record, names in named for name in names}
    sorter = _Sorter(_find_rows(wanted), _find_dois(wanted))
    for record, names in named:
        if names:
            sorter.add(record, names)
        else:
            sorter.problems.append(
                f"“{record.title[:100]}” was left out: it has no arXiv id, and no DOI or address"
                " that can be stored."
            )
    groups = sorter.groups()
    _give_ids(groups)
    groups.sort(key=lambda group: group.paper_id)
    return Resolved(groups, sorter.problems)


class _Sorter:
    """Puts each record into the group to which its names lead; names of several join them."""

    def __init__(self, known: dict[Name, Row], dois: dict[Name, set[Name]]) -> None:
        self.problems: list[str] = []
        self._known = known
        self._dois_by_url = dois
        self._by_name: dict[Name, Group] = {}
        self._by_row: dict[int, Group] = {}

    def add(self, record: PaperRecord, names: Sequence[Name]) -> None:
        # An arXiv id comes first: whoever bears the first name cannot be another paper.
        group = self._group_of(names[0]) or Group(arxiv_id=record.arxiv_id)
        self._name(group, names[0])
        for name in names[1:]:
            other = self._group_of(name)
            if other is not None and other is not group:
                if _are_two(group, other) or self._is_shared_page(group, other, name):
                    self._say_dispute(names[0], name)
                    continue
                group = self._join(other, group)
            self._name(group, name)
        group.records.append(record)

    def _name(self, group: Group, name: Name) -> None:
        group.names.add(name)
        self._by_name[name] = group

    def groups(self) -> list[Group]:
        """Return every group that has records, each once."""
        distinct = {id(group): group for group in self._by_name.values()}
        return [group for group in distinct.values() if group.records]

    def _group_of(self, name: Name) -> Group | None:
        if name in self._by_name:
            return self._by_name[name]
        row = self._known.get(name)
        if row is None:
            return None
        if row.paper_id not in self._by_row:
            self._by_row[row.paper_id] = Group(row=row, arxiv_id=row.arxiv_id or "")
        return self._by_row[row.paper_id]

    def _join(self, kept: Group, gone: Group) -> Group:
        kept.records += gone.records
        kept.names |= gone.names
        rows = [row for row in (kept.row, gone.row, *kept.others, *gone.others) if row]
        # The row with the arXiv id is kept, else the older one.
        rows.sort(key=lambda row: (row.arxiv_id is None, row.paper_id))
        kept.row, kept.others = (rows[0], rows[1:]) if rows else (None, [])
        kept.arxiv_id = kept.arxiv_id or gone.arxiv_id
        self._by_name |= dict.fromkeys(gone.names, kept)
        self._by_row |= {row.paper_id: kept for row in rows}
        return kept

    def _is_shared_page(self, group: Group, other: Group, name: Name) -> bool:
        """Whether both have DOIs, none of them the same, and only the page in common."""
        if name[0] != URL:
            return False
        ours = {each for each in group.names if each[0] == DOI}
        theirs = {each for each in other.names if each[0] == DOI}
        theirs |= self._dois_by_url.get(name, set())
        return bool(ours and theirs) and ours.isdisjoint(theirs)

    def _say_dispute(self, first: Name, name: Name) -> None:
        self.problems.append(
            f"{first[1]} claims {name[1]}, which is another paper's: it stays with that one."
        )


def _are_two(group: Group, other: Group) -> bool:
    return bool(group.arxiv_id and other.arxiv_id and group.arxiv_id != other.arxiv_id)


def _find_rows(names: Iterable[Name]) -> dict[Name, Row]:
    wanted: dict[str, list[str]] = {}
    for scheme, value in names:
        wanted.setdefault(scheme, []).append(value)
    found: dict[Name, Row] = {}
    with connection.cursor() as cursor:
        for scheme, values in wanted.items():
            cursor.execute(_KNOWN, [scheme, values])
            found |= {(row[0], row[1]): Row(*row[2:]) for row in cursor.fetchall()}
        # Not every row has its identifiers: an administrator may have made it by hand.
        unnamed = [value for value in wanted.get(ARXIV, ()) if (ARXIV, value) not in found]
        cursor.execute(_KNOWN_BY_ARXIV_ID, [unnamed])
        found |= {(row[0], row[1]): Row(*row[2:]) for row in cursor.fetchall()}
    return found


def _find_dois(names: Iterable[Name]) -> dict[Name, set[Name]]:
    """The DOIs of the stored paper that has an address, by the address."""
    found: dict[Name, set[Name]] = {}
    if urls := [value for scheme, value in names if scheme == URL]:
        with connection.cursor() as cursor:
            cursor.execute(_DOIS_BY_URL, [urls])
            for url, doi in cursor.fetchall():
                found.setdefault((URL, url), set()).add((DOI, doi))
    return found


def _give_ids(groups: Sequence[Group]) -> None:
    new = [group for group in groups if group.row is None]
    with connection.cursor() as cursor:
        cursor.execute(_NEW_IDS, [len(new)])
        numbers = [number for (number,) in cursor.fetchall()]
    for group, number in zip(new, numbers, strict=True):
        group.paper_id = number
    for group in groups:
        if group.row is not None:
            group.paper_id = group.row.paper_id
