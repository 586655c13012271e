"""A batch of papers against standing queries: a throw-away index in memory, each asked once.

It decides which papers match by the very code that searches the site; it writes nothing.
"""

import logging
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import tantivy

from accounts.matching.needed import NEEDED_VERSION, Vocabulary, needed
from accounts.models import StandingQuery
from papers.search.compiler import compile_node
from papers.search.language import parse
from papers.search.personal import NOBODY
from papers.search.schema import IndexedPaper, make_document, memory_index
from papers.search.tree import Node

logger = logging.getLogger(__name__)

_WRITER_BYTES = 50_000_000
QUERIES_A_FETCH = 5000


class Standing(NamedTuple):
    """What is read of a standing query: a model's instance would cost ten times as much."""

    pk: int
    text: str
    needed: str = ""
    needed_version: int = 0


@dataclass(slots=True)
class Matches:
    """Pairs of standing query and paper, side by side; `asked` counts queries, `run` those that
    the index had to answer; `highest_id` is the last query's, which come by number; of those that
    `failed` nobody knows what they match."""

    standing_ids: "array[int]" = field(default_factory=lambda: array("q"))
    paper_ids: "array[int]" = field(default_factory=lambda: array("q"))
    asked: int = 0
    run: int = 0
    highest_id: int = 0
    failed: list[int] = field(default_factory=list)

    def add(self, standing_id: int, paper_ids: Sequence[int]) -> None:
        self.standing_ids.extend([standing_id] * len(paper_ids))
        self.paper_ids.extend(paper_ids)

    def pairs(self) -> Iterator[tuple[int, int]]:
        return zip(self.standing_ids, self.paper_ids, strict=True)


class Batch:
    """Papers that can be asked; `today` is the day that dates in queries are seen from."""

    def __init__(self, papers: Sequence[IndexedPaper], *, today: date) -> None:
        self._today = today
        self._size = len(papers)
        self._vocabulary = Vocabulary(papers)
        index = memory_index()
        writer = index.writer(_WRITER_BYTES, 1)
        for paper in papers:
            writer.add_document(make_document(paper))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def may_match(self, needs: str) -> bool:
        return self._vocabulary.may_match(needs)

    def matching(self, tree: Node) -> list[int]:
        """Return the ids of the papers that `tree` finds, in no order."""
        if not self._size:
            return []
        wanted = compile_node(tree, NOBODY, today=self._today).plain
        wanted = tantivy.Query.const_score_query(wanted, 0.0)
        found = self._searcher.search(wanted, limit=self._size, count=False)
        addresses = [address for _score, address in found.hits]
        if not addresses:
            return []
        return [int(value or 0) for value in self._searcher.fast_field_values("id", addresses)]


def match(
    batch: Batch,
    queries: Iterable[Standing],
    still_there: Callable[[], None] = lambda: None,
) -> Matches:
    """Ask every one of `queries` of the papers; `still_there` is called every few seconds.

    Works out what a query needs where that is of another version of the index.
    """
    matches = Matches()
    for query in queries:
        if matches.asked % QUERIES_A_FETCH == 0:
            still_there()
        matches.asked += 1
        matches.highest_id = query.pk
        try:
            _ask(batch, query, matches)
        except Exception:
            # One search that cannot be asked must not keep all others from their papers.
            logger.exception("follows: search %s cannot be asked", query.pk)
            matches.failed.append(query.pk)
    return matches


def _ask(batch: Batch, query: Standing, matches: Matches) -> None:
    is_known = query.needed_version == NEEDED_VERSION
    if is_known and not batch.may_match(query.needed):
        return
    tree = parse(query.text).tree
    if is_known or batch.may_match(needed(tree)):
        matches.run += 1
        matches.add(query.pk, batch.matching(tree))


def all_standing() -> Iterator[Standing]:
    """Every query that somebody follows, by number."""
    rows = StandingQuery.objects.order_by("pk")
    for row in rows.values_list("pk", "text", "needed", "needed_version").iterator(
        chunk_size=QUERIES_A_FETCH
    ):
        yield Standing(*row)
