import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.matching.batch import Batch
from accounts.matching.needed import Vocabulary, needed
from papers.search.language import parse
from papers.search.schema import IndexedPaper
from papers.search.tree import And, InCategory, Node, Not, Or, Phrase, Prefix, Word
from tests.accounts.matching.test_batch import TODAY, make_indexed

WORDS = [
    *("decoder", "decoders-only", "decoders only", "decodersonly", "δ", "R^2", "of", "…"),
    *("Hastings", "hasting", "Schölkopfs", "schoelkopf's", "pre-training", "Pretrainings"),
    *("Schölkopf", "schoelkopf", "Ada B. Moor", "A. Moor", "Moor, Ada", "moor_a", "Moor Jr."),
]
WORD = st.sampled_from(WORDS)
FIELD = st.sampled_from([None, "ti", "abs", "au"])
LEAF: st.SearchStrategy[Node] = st.one_of(
    st.builds(Word, WORD, FIELD),
    st.builds(Phrase, st.lists(WORD, min_size=1, max_size=3).map(" ".join), FIELD),
    st.builds(Prefix, st.sampled_from(["dec", "sch", "m"]), FIELD),
    st.builds(InCategory, st.sampled_from(["cs.CL", "CS.cl", "cs.*", "math.*"])),
)
PARTS = st.recursive(
    LEAF,
    lambda part: st.one_of(
        st.builds(Not, part),
        st.builds(And, st.lists(part, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(part, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=5,
)
TEXT = st.lists(WORD, max_size=6).map(" ".join)
PAPERS = st.lists(
    st.tuples(TEXT, TEXT, st.lists(WORD, max_size=2), st.sampled_from(["cs.CL", "math.CO"])),
    min_size=1,
    max_size=3,
)


@pytest.mark.parametrize(
    ("tree", "needs"),
    [
        (Word("decoders", "ti"), "t:decod"),
        (Word("decoder-only", "abs"), "t:decod t:onli|t:decoderon"),
        (Word("Nüwa"), "t:nuwa|a:nuwa|t:nuewa|a:nuewa"),
        (Phrase("Ada Moor", "au"), "a:ada a:moor|k:moor_a a:ada"),
        (Word("moor_a", "au"), "a:moor a:a|k:moor_a"),
        (Or((Word("owl", "ti"), InCategory("cs.CL"))), "t:owl|c:cs.cl"),
        (And((Word("owl", "ti"), Not(InCategory("cs.CL")))), "t:owl"),
        (Or((Word("owl", "ti"), Prefix("dec"))), ""),
        (Not(Word("owl")), ""),
    ],
)
def test_what_a_query_needs_is_written_down(tree: Node, needs: str) -> None:
    assert needed(tree) == needs


def test_a_year_beside_words_is_not_needed() -> None:
    assert needed(parse("moor 2015").tree) == needed(parse("moor").tree)
    assert needed(parse("2015").tree) != ""


def test_a_query_is_passed_over_when_no_paper_holds_all_of_it() -> None:
    papers = [make_indexed(1, title="owls"), make_indexed(2, title="kestrels")]
    held = Vocabulary(papers)
    assert held.may_match(needed(Word("Owl")))
    assert not held.may_match(needed(And((Word("owl"), Word("kestrel")))))
    assert not held.may_match(needed(Word("wren")))


@settings(max_examples=200, deadline=None)
@given(tree=PARTS, papers=PAPERS)
def test_nothing_that_matches_is_passed_over(
    tree: Node, papers: list[tuple[str, str, list[str], str]]
) -> None:
    found = [
        IndexedPaper(number, title, abstract, tuple(authors), (code,), TODAY)
        for number, (title, abstract, authors, code) in enumerate(papers, start=1)
    ]
    batch = Batch(found, today=TODAY)
    assert batch.may_match(needed(tree)) or not batch.matching(tree)
