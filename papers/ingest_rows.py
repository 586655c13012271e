"""What the records of one paper come to, and how it is copied into the tables of an ingest.

It decides which of several records of a paper gives the text; the statements that write it are in
papers/ingest_sql.py, and the columns here follow their order.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from hashlib import blake2b
from operator import attrgetter

from django.db.backends.utils import CursorWrapper

from papers.feeds.links import find_links
from papers.feeds.records import AnnouncementRecord, PaperRecord, VersionRecord
from papers.identity import Group, Name
from papers.models import TextSource
from papers.summary import author_line, short_abstract

Values = tuple[object, ...]


@dataclass(slots=True)
class Incoming:
    """One paper's text by its highest version, and everybody's announcements and signals."""

    paper_id: int
    record: PaperRecord
    names: list[Name]
    announced_on: date | None
    digest: int
    is_new: bool
    announcements: dict[tuple[str, date], AnnouncementRecord] = field(default_factory=dict)
    listed_on: date | None = None
    signals: dict[tuple[str, date], int] = field(default_factory=dict)
    versions: dict[int, VersionRecord] = field(default_factory=dict)
    older_texts: dict[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def is_only_new(self) -> bool:
        """Whether inserting it says all that is to be said of it."""
        return self.is_new and not self.older_texts and not self.record.is_withdrawn


def combine(group: Group) -> Incoming:
    """Return what the records of `group` come to."""
    best = group.records[0]
    for record in group.records[1:]:
        if (record.version or 0) >= (best.version or 0):
            best = record
    incoming = Incoming(
        paper_id=group.paper_id,
        record=best,
        names=sorted(group.names),
        announced_on=None,
        digest=digest(group.records),
        is_new=group.row is None,
    )
    for record in group.records:
        _add(incoming, record)
    incoming.announced_on = _announced_on(incoming, group)
    listed = [record.listed_on for record in group.records if record.listed_on]
    incoming.listed_on = max(listed, default=None)
    return incoming


# A tuple's repr takes a third of the time of the record's own. When it was found, no source says.
_all_of = attrgetter(*(each.name for each in fields(PaperRecord) if each.name != "found_on"))
_as_json = json.JSONEncoder(ensure_ascii=False).encode


def digest(records: Iterable[PaperRecord]) -> int:
    """Return 64 bits that stand for all that `records` say, in any order; signed, as stored."""
    said = sorted(repr(_all_of(record)) for record in records)
    whole = "\n".join(said).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(whole, digest_size=8).digest(), signed=True)


def _add(incoming: Incoming, record: PaperRecord) -> None:
    for announcement in record.announcements:
        key = (announcement.category, announcement.announced_on)
        incoming.announcements.setdefault(key, announcement)
    for signal in record.signals:
        incoming.signals[signal.kind, signal.observed_on] = signal.value
    for version in record.versions:
        incoming.versions[version.version] = version
    newest = incoming.record.version or 0
    if record.version is not None and record.version < newest:
        incoming.versions.setdefault(record.version, VersionRecord(record.version))
        incoming.older_texts[record.version] = (record.title, record.abstract)


def _announced_on(incoming: Incoming, group: Group) -> date | None:
    # A replacement of a paper not seen before is an old paper: it was not announced that day.
    days = [a.announced_on for a in incoming.announcements.values() if a.kind != "replace"]
    days += [record.listed_on for record in group.records if record.listed_on]
    if days:
        return min(days)
    if group.row is None:
        found = [record.found_on for record in group.records if record.found_on]
        if found:
            return min(found)
    is_dated = group.row is not None and group.row.announced_on is not None
    assumed = [record.assumed_on for record in group.records if record.assumed_on]
    return min(assumed) if assumed and not is_dated else None


def copy_in(
    cursor: CursorWrapper, incoming: Sequence[Incoming], text_source: TextSource, today: date
) -> None:
    """Fill the temporary tables of ingest_sql.CREATE_INCOMING."""
    _copy(cursor, "incoming", (_paper(each, text_source, today) for each in incoming))
    for table, values_of in _TABLES.items():
        every = ((each.paper_id, *values) for each in incoming for values in values_of(each))
        _copy(cursor, table, every)


def _identifiers(each: Incoming) -> Iterator[Values]:
    yield from each.names


def _categories(each: Incoming) -> Iterator[Values]:
    for place, code in enumerate(dict.fromkeys(each.record.categories)):
        yield code, place == 0


def _announcements(each: Incoming) -> Iterator[Values]:
    for announcement in each.announcements.values():
        yield announcement.category, announcement.announced_on, announcement.kind


def _signals(each: Incoming) -> Iterator[Values]:
    for (kind, observed_on), value in each.signals.items():
        yield kind, observed_on, value


def _versions(each: Incoming) -> Iterator[Values]:
    for version in each.versions.values():
        texts = each.older_texts.get(version.version, ("", ""))
        yield version.version, version.submitted_at, version.size_bytes, *texts


_TABLES: dict[str, Callable[[Incoming], Iterator[Values]]] = {
    "incoming_identifier": _identifiers,
    "incoming_category": _categories,
    "incoming_announcement": _announcements,
    "incoming_signal": _signals,
    "incoming_version": _versions,
}


def _copy(cursor: CursorWrapper, table: str, rows: Iterable[Values]) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _paper(each: Incoming, text_source: TextSource, today: date) -> Values:
    """In the order of the columns of `incoming` (ingest_sql.py)."""
    record = each.record
    found = find_links(record.comment, record.abstract)
    return (
        each.paper_id,
        record.arxiv_id or None,
        record.title,
        record.abstract,
        _as_json(record.authors),
        author_line(record.authors),
        short_abstract(record.abstract),
        record.categories[0] if record.categories else None,
        record.version,
        record.submitted_at,
        record.updated_at,
        each.announced_on,
        record.comment,
        record.journal_ref,
        record.license,
        record.code_url or (found.code_url if each.is_new else ""),
        record.project_url or (found.project_url if each.is_new else ""),
        record.url,
        _as_json(record.keywords),
        int(text_source),
        record.is_withdrawn,
        today,
        each.digest,
        found.code_url,
        found.project_url,
        each.listed_on,
    )
