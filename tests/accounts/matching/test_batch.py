from datetime import date

import pytest

from accounts.matching.batch import Batch, Standing, match
from accounts.matching.needed import NEEDED_VERSION
from papers.search.language import parse
from papers.search.schema import IndexedPaper
from papers.search.tree import Node

TODAY = date(2026, 11, 23)


def make_indexed(
    paper_id: int,
    *,
    title: str = "",
    abstract: str = "",
    authors: tuple[str, ...] = (),
    categories: tuple[str, ...] = ("cs.CL",),
) -> IndexedPaper:
    return IndexedPaper(paper_id, title, abstract, authors, categories, TODAY)


@pytest.fixture
def batch() -> Batch:
    papers = [
        make_indexed(7, title="Decoder-only models", authors=("Ada Moor",)),
        make_indexed(8, title="Owls", abstract="No decoders here", categories=("cs.LG",)),
    ]
    return Batch(papers, today=TODAY)


def found(batch: Batch, text: str) -> list[int]:
    return sorted(batch.matching(parse(text).tree))


def test_papers_are_found_as_the_site_finds_them(batch: Batch) -> None:
    assert found(batch, "decoder") == [7, 8]
    assert found(batch, '"decoder only"') == [7]
    assert found(batch, '"Ada Moor"') == [7]


def test_a_batch_of_nothing_finds_nothing() -> None:
    assert found(Batch([], today=TODAY), "decoder") == []


def test_each_query_is_asked_and_few_are_run(batch: Batch) -> None:
    queries = [Standing(3, "owl"), Standing(4, "wren"), Standing(9, "decoder owl")]
    matches = match(batch, queries)
    assert sorted(matches.pairs()) == [(3, 8), (9, 8)]
    assert (matches.asked, matches.run, matches.highest_id) == (3, 2, 9)


def test_what_was_written_down_is_used_while_the_index_is_the_same(batch: Batch) -> None:
    known = Standing(3, "owl", "t:wren", NEEDED_VERSION)
    older = Standing(3, "owl", "t:wren", NEEDED_VERSION - 1)
    assert match(batch, [known]).run == 0
    assert match(batch, [older]).run == 1


def test_a_long_run_says_now_and_then_that_it_goes_on(batch: Batch) -> None:
    calls: list[int] = []
    match(batch, (Standing(n, "wren") for n in range(5001)), lambda: calls.append(1))
    assert len(calls) == 2


def test_a_search_that_cannot_be_asked_keeps_none_from_its_papers(
    batch: Batch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ask = batch.matching

    def fail(tree: Node) -> list[int]:
        return ask(tree) if "owl" in str(tree) else [1 // 0]

    monkeypatch.setattr(batch, "matching", fail)
    matches = match(batch, [Standing(3, "decoder"), Standing(4, "owl")])
    assert list(matches.pairs()) == [(4, 8)]
    assert "search 3 cannot be asked" in caplog.text
