"""What changed among the papers, read from Postgres in the order of transactions.

Readers see whole transactions only: what lies below the snapshot's `xmin` is decided for good, what
is above comes next time (DESIGN 3.3: a transaction id, not a clock). Never writes anything.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db import Error, connection, transaction

from papers.latex import to_text
from papers.models import Paper, SearchEpoch, TextSource
from papers.search.schema import IndexedPaper

ROWS_A_FETCH = 1000

_PAPERS = """
SELECT p.changed_xid::text::bigint, p.id, p.title, p.abstract, p.authors::text, p.announced_on,
    (p.submitted_at AT TIME ZONE 'UTC')::date, p.code_url <> '', p.project_url <> '',
    p.text_source,
    ARRAY(SELECT c.category_id FROM papers_papercategory c WHERE c.paper_id = p.id),
    ARRAY(SELECT i.scheme || ':' || i.value FROM papers_paperidentifier i
          WHERE i.paper_id = p.id AND i.scheme IN ('arxiv', 'doi')),
    ARRAY(SELECT o.origin FROM papers_paperorigin o WHERE o.paper_id = p.id)
FROM papers_paper p
"""
_FAMILIES = {
    "arxiv_api": "arxiv",
    "arxiv_list": "arxiv",
    "arxiv_oai": "arxiv",
    "arxiv_oai_raw": "arxiv",
    "arxiv_rss": "arxiv",
    "huggingface": "huggingface",
    "syndication": "feed",
    "file": "file",
}
_TEXT_FAMILIES: dict[int, str] = {
    TextSource.SAMPLE: "sample",
    TextSource.FILE: "file",
    TextSource.HUGGING_FACE: "huggingface",
    TextSource.ARXIV: "arxiv",
}
_SAMPLE = "SELECT abstract FROM papers_paper TABLESAMPLE BERNOULLI (%s) REPEATABLE (1)"
_CHANGED = f"""{_PAPERS}
WHERE p.changed_xid >= %s::text::xid8 AND p.changed_xid < %s::text::xid8 ORDER BY p.changed_xid
"""
_DELETED = """
SELECT paper_id FROM papers_papertombstone
WHERE changed_xid >= %s::text::xid8 AND changed_xid < %s::text::xid8
"""
_COUNT_CHANGED = """
SELECT count(*) FROM (
    (SELECT 1 FROM papers_paper WHERE changed_xid >= %s::text::xid8)
    UNION ALL (SELECT 1 FROM papers_papertombstone WHERE changed_xid >= %s::text::xid8)
    LIMIT %s
) AS changed
"""
_NEWEST = """
SELECT GREATEST(
    (SELECT changed_xid::text::bigint FROM papers_paper WHERE changed_xid IS NOT NULL
     ORDER BY changed_xid DESC LIMIT 1),
    (SELECT changed_xid::text::bigint FROM papers_papertombstone
     ORDER BY changed_xid DESC LIMIT 1), 0)
"""
_SNAPSHOT = """
SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint,
    (SELECT oid FROM pg_database WHERE datname = current_database())
FROM pg_current_snapshot() s
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All transactions below `decided` have ended; none at or above `next_id` has begun.

    `database` names the cluster and the database in it, `epoch` is renewed by a restore.
    """

    decided: int
    next_id: int
    database: str
    epoch: str


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """Read everything within as of one moment."""
    system = _system_identifier()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute(_SNAPSHOT)
        decided, next_id, database = cursor.fetchone()
        epoch = SearchEpoch.objects.values_list("epoch", flat=True).first()
        yield Snapshot(decided, next_id, f"{system}/{database}", str(epoch or ""))


def count_papers() -> int:
    return Paper.objects.count()


def count_changed(first: int, *, most: int) -> int:
    """Return how many papers transactions from `first` on changed or deleted, `most` at most."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_CHANGED, (first, first, most))
        return int(cursor.fetchone()[0])


def newest_change() -> int:
    """Return the last transaction that changed or deleted a paper, 0 when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        return int(cursor.fetchone()[0])


def all_papers() -> Iterator[IndexedPaper]:
    for _xid, paper in _stream(_PAPERS, ()):
        yield paper


def sample_abstracts(number: int) -> Iterator[str]:
    """Yield about `number` abstracts, taken evenly from all papers."""
    share = min(100.0, 100.0 * number / max(count_papers(), 1))
    with connection.cursor() as cursor:
        # Repeatable: the same papers have the same common words.
        cursor.execute(_SAMPLE, (share,))
        while rows := cursor.fetchmany(ROWS_A_FETCH):
            yield from (to_text(abstract) for (abstract,) in rows)


def changed_papers(first: int, below: int) -> Iterator[tuple[int, IndexedPaper]]:
    """Yield (transaction, paper) for transactions `first` to `below`, in their order."""
    return _stream(_CHANGED, (first, below))


def deleted_papers(first: int, below: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_DELETED, (first, below))
        return [paper_id for (paper_id,) in cursor.fetchall()]


def papers_by_id(paper_ids: Iterable[int]) -> list[IndexedPaper]:
    """Return those that are there, in any order."""
    return [paper for _xid, paper in _stream(f"{_PAPERS} WHERE p.id = ANY(%s)", (list(paper_ids),))]


def _stream(sql: str, values: tuple[int | list[int], ...]) -> Iterator[tuple[int, IndexedPaper]]:
    # On the server's side of the connection: a million papers never are in memory here.
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(ROWS_A_FETCH):
            for row in rows:
                yield row[0], _paper(*row[1:])


def _paper(
    paper_id: int,
    title: str,
    abstract: str,
    authors: str,
    announced_on: date | None,
    submitted_on: date | None,
    has_code: bool,
    has_project: bool,
    text_source: int,
    codes: list[str],
    identifiers: list[str],
    origins: list[str],
) -> IndexedPaper:
    named = (identifier.partition(":") for identifier in identifiers)
    return IndexedPaper(
        paper_id,
        to_text(title),
        to_text(abstract),
        tuple(str(name) for name in json.loads(authors)),
        tuple(codes),
        announced_on,
        submitted_on,
        tuple((scheme, value) for scheme, _colon, value in named),
        has_code,
        has_project,
        _families(origins, text_source),
    )


def _families(origins: Iterable[str], text_source: int) -> tuple[str, ...]:
    """Return the kinds of sources that told of a paper, as `source:` names them."""
    found = {_FAMILIES.get(origin.partition(":")[0]) for origin in origins}
    found.add(_TEXT_FAMILIES.get(text_source))
    return tuple(sorted(family for family in found if family))


def _system_identifier() -> str:
    """Return the number of the database cluster, "" on servers that do not tell it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT system_identifier FROM pg_control_system()")
            return str(cursor.fetchone()[0])
    except Error:
        if connection.connection is None or connection.connection.closed:
            raise
        return ""
