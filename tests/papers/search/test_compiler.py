"""Every kind of node asked of a small index in memory."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import tantivy

from papers.search import columns, compiler, hits
from papers.search.common import NO_PAIRS, Common
from papers.search.compiler import compile_node
from papers.search.hits import numbers
from papers.search.personal import NOBODY, Personal
from papers.search.schema import (
    Bookmark,
    IndexedPaper,
    make_document,
    memory_index,
    write_bookmark,
)
from papers.search.tree import (
    NOTHING,
    And,
    Counts,
    Dated,
    FromSource,
    Has,
    Identified,
    InCategory,
    InList,
    Is,
    LastDays,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Word,
)
from tests.factories import make_paper

TODAY = date(2026, 3, 20)
EMPTY = IndexedPaper(0, "", "", (), (), None)
PAPERS = (
    replace(
        EMPTY,
        paper_id=1,
        title="Decoder-only owls",
        abstract="They hunt at night.",
        authors=("Ada Moor",),
        category_codes=("cs.CL", "cs.LG"),
        announced_on=date(2026, 3, 20),
        identifiers=(("arxiv", "2603.00001"), ("doi", "10.1000/Abc")),
        has_code=True,
        sources=("arxiv", "huggingface"),
    ),
    replace(
        EMPTY,
        paper_id=2,
        title="Herons",
        abstract="Herons and an owl.",
        authors=("Lin Wei",),
        category_codes=("hep-th",),
        announced_on=date(2026, 2, 10),
        has_project=True,
        sources=("feed",),
    ),
    replace(
        EMPTY,
        paper_id=3,
        title="Night birds",
        authors=("Owl Moor",),
        submitted_on=date(2025, 12, 31),
        sources=("sample",),
    ),
    replace(EMPTY, paper_id=4, title="Undated"),
)
READER = Personal(
    saved=lambda: frozenset({1, 3}),
    voted=lambda: frozenset({2}),
    in_list=lambda name: frozenset({2, 4}) if name.lower() == "to read" else None,
    new_since=lambda: date(2026, 3, 1),
    is_known=True,
)


@pytest.fixture(scope="module")
def reader() -> tantivy.Searcher:
    index = memory_index()
    writer = index.writer(15_000_000, 1)
    for paper in PAPERS:
        writer.add_document(make_document(paper))
    write_bookmark(writer, Bookmark(1, "", ""))
    writer.commit()
    index.reload()
    return index.searcher()


def ids(reader: tantivy.Searcher, node: Node, personal: Personal = READER) -> set[int]:
    """What `node` finds; the same whether scores are asked for or not."""
    compiled = compile_node(node, personal, today=TODAY)
    plain, scored = (
        set(numbers(reader, "id", reader.search(query, limit=20)))
        for query in (compiled.plain, compiled.scored)
    )
    assert plain == scored
    return scored


OWL = Word("owl")


@pytest.mark.parametrize(
    ("node", "wanted"),
    [
        (OWL, {1, 2, 3}),
        (Word("owls", "ti"), {1}),
        (Word("owl", "abs"), {2}),
        (Word("owl", "au"), {3}),
        (Phrase("decoder only"), {1}),
        (Phrase("only decoder"), set()),
        (Phrase("at night", "ti"), set()),
        (Phrase("at night", "abs"), {1}),
        (Prefix("her"), {2}),
        (Prefix("decoder-on"), {1}),
        (Prefix("moo", "au"), {1, 3}),
        (Prefix("moo", "ti"), set()),
        (InCategory("cs.CL"), {1}),
        (InCategory("CS.cl"), {1}),
        (InCategory("cs"), {1}),
        (InCategory("cs.*"), {1}),
        (InCategory("hep-th"), {2}),
        (InCategory("c"), set()),
        (Identified("id", "2603.00001"), {1}),
        (Identified("doi", "10.1000/abc"), {1}),
        (Identified("id", "10.1000/abc"), set()),
        (Dated(date(2026, 3, 20), date(2026, 3, 20)), {1}),
        (Dated(date(2026, 2, 1), date(2026, 2, 28)), {2}),
        (Dated(None, date(2026, 2, 10)), {2, 3}),
        (Dated(date(2025, 12, 31), None), {1, 2, 3}),
        (Dated(date(2026, 1, 1), date(2025, 1, 1)), set()),
        (LastDays(1), {1}),
        (LastDays(38), {1}),
        (LastDays(39), {1, 2}),
        (Has("code"), {1}),
        (Has("project"), {2}),
        (Has("doi"), {1}),
        (FromSource("huggingface"), {1}),
        (FromSource("Sample"), {3}),
        (FromSource("nosuch"), set()),
        (InList("To read"), {2, 4}),
        (InList("nosuch"), set()),
        (Is("saved"), {1, 3}),
        (Is("voted"), {2}),
        (Is("new"), {1}),
        (And((OWL, Word("night"))), {1, 3}),
        (And((OWL, Not(Word("night")))), {2}),
        (And((OWL, InCategory("cs.LG"), Has("code"))), {1}),
        (And((Or((Word("heron"), Word("bird"))), OWL)), {2, 3}),
        (Or((Has("project"), Word("undated"))), {2, 4}),
        (Or((Not(OWL), Has("code"))), {1, 4}),
        (Not(OWL), {4}),
        (Not(Not(OWL)), {1, 2, 3}),
        (Not(And((OWL, Word("night")))), {2, 4}),
        (And((Not(OWL), Not(Word("undated")))), set()),
        (And((Not(Word("heron")), Not(Has("code")))), {3, 4}),
        (Not(NOTHING), {1, 2, 3, 4}),
        (NOTHING, set()),
    ],
    ids=str,
)
def test_each_kind_of_node_finds_what_it_says(
    reader: tantivy.Searcher, node: Node, wanted: set[int]
) -> None:
    assert ids(reader, node) == wanted


def reader_of(*papers: IndexedPaper, common: Common = NO_PAIRS) -> tantivy.Searcher:
    index = memory_index()
    writer = index.writer(15_000_000, 1)
    for number, paper in enumerate(papers, start=1):
        writer.add_document(make_document(replace(paper, paper_id=number), common))
    writer.commit()
    index.reload()
    return index.searcher()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Geoffrey E. Hinton", "G. Hinton"),
        ("Geoffrey E. Hinton", "hinton_g"),
        ("Geoffrey E. Hinton", "hinton_geoffrey"),
        ("Geoffrey E. Hinton", "Geoffrey Hinton"),
        ("Geoffrey E. Hinton", "Hinton, Geoffrey E."),
        ("Geoffrey E. Hinton", "hinton"),
        ("Geoffrey Hinton", "G. E. Hinton"),
        ("G. Hinton", "hinton_g"),
        ("Bernhard Schölkopf", "Schoelkopf"),
        ("Bernhard Schölkopf", "Scholkopf"),
        ("Bernhard Schölkopf", "Bernhard Schölkopf"),
        ("Bernhard Schoelkopf", "B. Schölkopf"),
        ("Lars Ødegård", "Oedegaard"),
        ("Jan van der Berg", "van der Berg"),
        ("NÜWA", "Nuwa"),
    ],
)
def test_author_is_found_as_people_write_names(name: str, text: str) -> None:
    reader = reader_of(replace(EMPTY, authors=("Ada Moor", name)), replace(EMPTY, authors=("X Y",)))
    assert ids(reader, Phrase(text, "au")) == ids(reader, Word(text, "au")) == {1}


@pytest.mark.parametrize("text", ["G. Hinton", "hinton_g", "Geoffrey Hinton"])
def test_author_of_another_given_name_is_not_found(text: str) -> None:
    names = ("Adam Hinton", "Geoffrey Moor", "Hinton Lin")
    assert ids(reader_of(replace(EMPTY, authors=names)), Phrase(text, "au")) == set()


@pytest.mark.parametrize("text", ["pre-training", "pretraining", "Pre\u2010Training"])
def test_hyphen_may_be_left_out(text: str) -> None:
    reader = reader_of(
        replace(EMPTY, title="Pre-training"),
        replace(EMPTY, abstract="By pretraining."),
        replace(EMPTY, title="Training, pre and post"),
    )
    assert ids(reader, Word(text)) == {1, 2}


@pytest.mark.parametrize("text", ["Schroedinger", "Schrodinger", "Schrödinger"])
def test_umlaut_in_a_text_is_found_in_each_folding(text: str) -> None:
    assert ids(reader_of(replace(EMPTY, abstract="The Schrödinger equation")), Word(text)) == {1}


@pytest.mark.parametrize("text", ["experim", "exper", "optimiz", "optimization", "comp"])
def test_beginning_finds_words_whose_stem_is_shorter(text: str) -> None:
    paper = replace(EMPTY, abstract="We optimize experiments by computation.")
    assert ids(reader_of(paper), Prefix(text)) == {1}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("neural network", {1, 2}),
        ("network of", {2}),
        ("network of neural", {2}),
        ("neural network of", set()),
        ("deep neural network", {1}),
        ("of network", set()),
    ],
)
@pytest.mark.parametrize(
    "common",
    [
        NO_PAIRS,
        Common(frozenset({"neural", "network", "of"})),
        Common(frozenset({"neural", "network", "of"}), 1, frozenset({"network_of_neural"})),
    ],
)
def test_pairs_of_common_words_find_what_places_find(
    text: str, wanted: set[int], common: Common
) -> None:
    reader = reader_of(
        replace(EMPTY, abstract="A deep neural network."),
        replace(EMPTY, title="Networks of neural networks", abstract="Network of neural networks"),
        replace(EMPTY, abstract="Of neural things, a network"),
        common=common,
    )
    query = compile_node(Phrase(text), READER, today=TODAY, common=common).scored
    assert set(numbers(reader, "id", reader.search(query))) == wanted


@pytest.mark.parametrize("node", [Is("saved"), Is("voted"), Is("new"), InList("To read")], ids=str)
def test_visitor_has_no_papers_of_their_own(reader: tantivy.Searcher, node: Node) -> None:
    assert ids(reader, node, NOBODY) == set()


def test_many_ids_are_found_as_few_are(reader: tantivy.Searcher) -> None:
    many = replace(READER, saved=lambda: frozenset(range(3, 5000)))
    assert ids(reader, Is("saved"), many) == {3, 4}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("node", "places"),
    [
        (Counts("votes", 10, None), {1}),
        (Counts("votes", None, 3), {0, 2}),
        (Counts("stars", 0, None), {2}),
        (Counts("stars", None, 100), {2}),
        (Counts("upvotes", 5, 7), {1}),
    ],
    ids=str,
)
def test_unknown_count_satisfies_no_bound(node: Node, places: set[int]) -> None:
    papers = [
        make_paper(votes=3),
        make_paper(votes=10, upvotes=7),
        make_paper(stars=100),
    ]
    columns.forget()
    index = memory_index()
    writer = index.writer(15_000_000, 1)
    for paper in papers:
        writer.add_document(make_document(replace(EMPTY, paper_id=paper.pk)))
    writer.commit()
    index.reload()
    assert ids(index.searcher(), node) == {papers[at].pk for at in places}


COUNTED = columns.Columns(
    np.arange(1, 5),
    {"votes": np.array([9, 9, 1, 9], np.int32), "stars": np.array([5, -1, 5, 5], np.int32)},
)


@pytest.mark.parametrize("cost", [0.0, 1e9], ids=["read", "asked"])
@pytest.mark.parametrize(
    ("node", "wanted"),
    [
        (And((OWL, Counts("votes", 5, None))), {1, 2}),
        (And((OWL, Counts("votes", 5, None), Counts("stars", 1, None))), {1}),
        (And((OWL, Not(Word("night")), Counts("votes", 5, None))), {2}),
        (And((OWL, Not(Counts("votes", 5, None)))), {3}),
        (And((Counts("votes", 5, None), Counts("stars", 1, None))), {1, 4}),
        (Or((Counts("votes", None, 1), Has("project"))), {2, 3}),
    ],
    ids=str,
)
def test_counts_beside_words_hold_whichever_way_they_are_looked_up(
    reader: tantivy.Searcher,
    monkeypatch: pytest.MonkeyPatch,
    node: Node,
    wanted: set[int],
    cost: float,
) -> None:
    monkeypatch.setattr(columns, "current", lambda: COUNTED)
    monkeypatch.setattr(compiler, "_FEW_IDS", 0)
    monkeypatch.setattr(hits, "_READ_COST", cost)
    query = compile_node(node, READER, today=TODAY, reader=reader).scored
    assert set(numbers(reader, "id", reader.search(query))) == wanted


def test_word_in_a_title_counts_the_same_alone_and_in_a_choice(reader: tantivy.Searcher) -> None:
    alone, choice = (
        reader.search(compile_node(node, READER, today=TODAY).scored).hits
        for node in (OWL, Or((OWL, Word("nosuchword"))))
    )
    assert [score for score, _address in alone] == pytest.approx([s for s, _a in choice])
    assert len(alone) == 3


@pytest.mark.parametrize("text", ["", "***", "\ud7ff", "猫*", "a" * 300, ".*", "[", "a|b", "x\\"])
@pytest.mark.parametrize("kind", [Word, Phrase, Prefix])
def test_odd_text_finds_nothing_and_fails_not(
    reader: tantivy.Searcher, kind: type[Word | Phrase | Prefix], text: str
) -> None:
    assert ids(reader, kind(text)) == set()
