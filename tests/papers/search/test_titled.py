from dataclasses import replace
from datetime import date

import pytest
import tantivy

from papers.search.compiler import compile_node
from papers.search.hits import count_of, numbers
from papers.search.personal import NOBODY
from papers.search.schema import IndexedPaper, make_document, memory_index
from papers.search.titled import best_titled
from papers.search.tree import InCategory, Prefix, Word
from papers.search.words import Compiled

PAPERS = 400
DAY = date(2026, 3, 2)
EMPTY = IndexedPaper(0, "", "", (), (), DAY)


@pytest.fixture(scope="module")
def reader() -> tantivy.Searcher:
    """Nine of ten speak of owls, a third in the title, a fifth of herons."""
    index = memory_index()
    writer = index.writer(15_000_000, 1)
    for number in range(1, PAPERS + 1):
        paper = replace(
            EMPTY,
            paper_id=number,
            title=f"{'Owls' if number % 3 == 0 else 'Birds'} {'by night ' * (number % 7)}",
            abstract=f"{'owl ' * (number % 10)}{'heron' if number % 5 == 0 else ''} in a wood",
            category_codes=("q-bio.PE",) if number % 2 else (),
        )
        writer.add_document(make_document(paper))
    writer.commit()
    index.reload()
    return index.searcher()


def compiled(word: Word | Prefix) -> Compiled:
    return compile_node(word, NOBODY, today=DAY)


@pytest.mark.parametrize("filters", [(), (InCategory("q-bio.PE"),)], ids=["all", "a category"])
def test_best_by_title_are_the_best_of_all(
    reader: tantivy.Searcher, filters: tuple[InCategory, ...]
) -> None:
    asked = compiled(Word("owl"))
    only = [compile_node(each, NOBODY, today=DAY).plain for each in filters]
    titled = best_titled(reader, Word("owl"), asked, only, limit=40)
    assert titled is not None
    must = [(tantivy.Occur.Must, query) for query in (asked.scored, *only)]
    whole = reader.search(tantivy.Query.boolean_query(must), limit=40)
    assert [score for score, _ in titled[0].hits] == pytest.approx([s for s, _ in whole.hits])
    assert titled[1] == count_of(whole)


def test_no_title_that_scores_more_is_left_out(reader: tantivy.Searcher) -> None:
    titled = best_titled(reader, Word("owl"), compiled(Word("owl")), (), limit=60)
    assert titled is not None
    assert all(number % 3 == 0 for number in numbers(reader, "id", titled[0]))


@pytest.mark.parametrize("limit", [134, 400])
def test_too_few_titles_are_no_answer(reader: tantivy.Searcher, limit: int) -> None:
    assert best_titled(reader, Word("owl"), compiled(Word("owl")), (), limit=limit) is None


@pytest.mark.parametrize("text", ["heron", "nosuchword", "owl-heron"])
def test_word_of_no_title_is_left_to_the_whole_search(reader: tantivy.Searcher, text: str) -> None:
    assert best_titled(reader, Word(text), compiled(Word(text)), (), limit=1) is None


def test_titles_no_better_than_abstracts_are_no_answer(reader: tantivy.Searcher) -> None:
    asked = compiled(Word("heron"))
    weak = replace(asked, preferred=tantivy.Query.const_score_query(asked.must, 0.0))
    assert best_titled(reader, Word("heron"), weak, (), limit=20) is None
