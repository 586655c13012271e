from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import tantivy

from papers.search import columns, hits, order
from papers.search.columns import Columns
from papers.search.compiler import compile_node
from papers.search.personal import NOBODY
from papers.search.schema import IndexedPaper, make_document, memory_index
from papers.search.tree import Word

PAPERS = 400
EMPTY = IndexedPaper(0, "", "", (), (), None)
DAY = date(2026, 3, 2)
OWLS = compile_node(Word("owl"), NOBODY, today=DAY).plain


@pytest.fixture(scope="module")
def reader() -> tantivy.Searcher:
    """Every second paper is of owls; two of them are of one day."""
    index = memory_index()
    writer = index.writer(15_000_000, 1)
    for number in range(1, PAPERS + 1):
        day = date.fromordinal(DAY.toordinal() - number // 4)
        title = "Owls" if number % 2 else "Herons"
        writer.add_document(
            make_document(replace(EMPTY, paper_id=number, title=title, announced_on=day))
        )
    writer.commit()
    index.reload()
    return index.searcher()


@pytest.fixture(autouse=True)
def counts(monkeypatch: pytest.MonkeyPatch) -> Columns:
    some = np.random.default_rng(5).choice([-1, 0, 0, 1, 2, 7, 30], PAPERS)
    ids = np.arange(1, PAPERS + 1, dtype=np.int64)
    read = Columns(ids, {"votes": some.astype(np.int32)})
    monkeypatch.setattr(columns, "current", lambda: read)
    return read


def ids(found: order.Ordered) -> list[int]:
    return [hit.paper_id for hit in found.hits]


@pytest.mark.parametrize(("offset", "limit"), [(0, 20), (30, 20), (90, 20), (150, 60), (195, 20)])
def test_asking_of_the_best_finds_what_reading_all_finds(
    reader: tantivy.Searcher, monkeypatch: pytest.MonkeyPatch, offset: int, limit: int
) -> None:
    pages = []
    for cost in (1e9, 0.0):
        monkeypatch.setattr(hits, "_READ_COST", cost)
        monkeypatch.setattr(order, "_LEAST_ASKED", 1)
        pages.append(order.by_column(reader, OWLS, "votes", limit=limit, offset=offset))
    assert pages[0] == pages[1]
    assert len(pages[0].hits) == min(limit, 200 - offset)


def test_counts_fall_from_page_to_page(reader: tantivy.Searcher, counts: Columns) -> None:
    found = np.array(ids(order.by_column(reader, OWLS, "votes", limit=200)), np.int64)
    values = counts.of("votes", found)
    assert len(found) == 200
    assert (np.diff(values) <= 0).all()


def test_past_the_last_there_is_nothing(reader: tantivy.Searcher) -> None:
    found = order.by_column(reader, OWLS, "votes", limit=20, offset=200)
    assert (found.hits, found.total) == ((), 200)


def test_pages_by_day_meet_without_gap_or_repeat(reader: tantivy.Searcher) -> None:
    whole = ids(order.newest(reader, OWLS, limit=200))
    found, after = [], None
    while True:
        page = order.newest(reader, OWLS, limit=7, after=after)
        found += ids(page)
        after = page.end
        if after is None:
            break
    assert found == whole == sorted(whole, key=lambda number: (number // 4, -number))
