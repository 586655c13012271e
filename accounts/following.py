"""What a reader is told before following: how much would have come, and how to ask for less.

It decides what may narrow an author's papers (categories, co-authors); it never follows anything.
Asks the index, and says nothing where that cannot answer.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from papers.models import Paper, PaperCategory
from papers.search.engine import IndexNotReady, search
from papers.search.narrow import dated_since
from papers.search.personal import NOBODY, Personal
from papers.search.tree import And, InCategory, Node, Phrase, Query, Term

DAYS_BACK = 30
# A narrower query is offered from the newest papers; older habits say little of what will come.
NEWEST_LOOKED_AT = 200
MOST_OFFERED = 8


@dataclass(frozen=True, slots=True)
class Narrower:
    """`label` is a category or a name; `papers` of those looked at hold it too."""

    label: str
    query: str
    papers: int


@dataclass(frozen=True, slots=True)
class Preview:
    """`count` papers of the last 30 days, None where that is not known; the newest `papers`."""

    count: int | None
    papers: Sequence[Paper] = ()
    categories: tuple[Narrower, ...] = ()
    co_authors: tuple[Narrower, ...] = ()


def preview(query: Query, *, today: date, personal: Personal = NOBODY) -> Preview:
    """Say what following `query` would have given; for authors also how to narrow it."""
    since = today - timedelta(days=DAYS_BACK)
    try:
        recent = dated_since(query, since)
        lately = search(recent, limit=3, sort="new", personal=personal)
        newest = search(query, limit=NEWEST_LOOKED_AT, sort="new", personal=personal)
    except IndexNotReady:
        return Preview(None)
    shown = Paper.objects.in_bulk([hit.paper_id for hit in lately.hits])
    papers = [shown[hit.paper_id] for hit in lately.hits if hit.paper_id in shown]
    if not authors_in(query.tree):
        return Preview(lately.total, papers)
    ids = [hit.paper_id for hit in newest.hits]
    return Preview(
        lately.total, papers, tuple(_by_category(query, ids)), tuple(_by_co_author(query, ids))
    )


def authors_in(tree: Node) -> list[Term]:
    """Return the authors that `tree` asks for besides whatever else it asks."""
    return [part for part in _parts(tree) if isinstance(part, Term) and part.field == "au"]


def _parts(tree: Node) -> tuple[Node, ...]:
    return tree.parts if isinstance(tree, And) else (tree,)


def _narrowed(query: Query, part: Node) -> str:
    return str(replace(query, tree=And((*_parts(query.tree), part)), notes=(), sort=None))


def _by_category(query: Query, ids: Sequence[int]) -> Iterator[Narrower]:
    if any(isinstance(part, InCategory) for part in _parts(query.tree)):
        return
    rows = PaperCategory.objects.filter(paper_id__in=ids).values_list("category_id", flat=True)
    counts = Counter(rows.order_by())
    for code, papers in _commonest(counts, len(ids)):
        yield Narrower(code, _narrowed(query, InCategory(code)), papers)


def _by_co_author(query: Query, ids: Sequence[int]) -> Iterator[Narrower]:
    known = [part.text.casefold() for part in authors_in(query.tree)]
    rows = Paper.objects.filter(pk__in=ids).values_list("authors", flat=True)
    counts = Counter(str(name) for names in rows for name in set(names))
    for name in [name for name in counts if name.casefold() in known]:
        del counts[name]
    for name, papers in _commonest(counts, len(ids)):
        yield Narrower(name, _narrowed(query, Phrase(name.replace('"', ""), "au")), papers)


def _commonest(counts: Counter[str], papers: int) -> list[tuple[str, int]]:
    """The commonest first, equal ones by name, without what all the papers hold."""
    telling = [(name, count) for name, count in counts.items() if count < papers]
    return sorted(telling, key=lambda each: (-each[1], each[0]))[:MOST_OFFERED]
