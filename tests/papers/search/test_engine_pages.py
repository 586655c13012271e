"""Orders, pages, facets and notes of a search; what is found is test_compiler's."""

from datetime import date
from functools import partial

import pytest

from papers.search import columns, facets
from papers.search.cursor import DateCursor
from papers.search.engine import FacetCount, SearchResult, Sort, search
from papers.search.follower import index_now
from papers.search.personal import Personal
from papers.search.tree import (
    And,
    Has,
    InCategory,
    InList,
    Is,
    LastDays,
    Node,
    Not,
    Note,
    Query,
    Word,
)
from tests.factories import make_paper

pytestmark = pytest.mark.django_db(transaction=True)

OWLS = Query(Word("owls"))


@pytest.fixture(autouse=True)
def fresh_columns() -> None:
    columns.forget()


def find(query: Query, **options: object) -> SearchResult:
    return search(query, limit=20, **options)  # type: ignore[arg-type]


def ids(query: Query, **options: object) -> list[int]:
    return [hit.paper_id for hit in find(query, **options).hits]


def make_owls(count: int, **fields: object) -> list[int]:
    found = [make_paper(title="Owls", **fields).pk for _number in range(count)]  # type: ignore[arg-type]
    index_now()
    return found


@pytest.mark.parametrize("sort", ["trending", "votes", "stars", "citations"])
def test_counts_order_highest_first_then_newest(sort: Sort) -> None:
    low = make_paper(title="Owls", votes=1, stars=1, score=1.0)
    high = make_paper(title="Owls", votes=9, stars=9, score=9.0)
    none = [make_paper(title="Owls", announced_on=date(2026, 3, day)).pk for day in (4, 3)]
    for paper, citations in ((low, 1), (high, 9)):
        paper.stats.citations = citations
        paper.stats.save()
    make_paper(title="Herons", votes=100, stars=100, score=100.0)
    index_now()
    assert ids(OWLS, sort=sort) == [high.pk, low.pk, *none]


def test_sort_asked_for_beats_that_of_the_query_which_beats_relevance() -> None:
    popular = make_paper(title="Some birds, and an owl", votes=5)
    (plain,) = make_owls(1)
    assert ids(OWLS) == [plain, popular.pk]
    assert ids(Query(Word("owls"), sort="votes")) == [popular.pk, plain]
    assert ids(Query(Word("owls"), sort="votes"), sort="relevance") == [plain, popular.pk]


def test_filters_alone_are_newest_first() -> None:
    old = make_paper(categories=("cs.CL",), announced_on=date(2026, 3, 2))
    new = make_paper(categories=("cs.CL",), announced_on=date(2026, 3, 3))
    index_now()
    result = find(Query(And((InCategory("cs.CL"), Not(Word("heron"))))))
    assert [hit.paper_id for hit in result.hits] == [new.pk, old.pk]
    assert result.sort == "new"


def test_pages_by_day_follow_each_other_by_their_tokens() -> None:
    wanted = make_owls(3, announced_on=date(2026, 3, 3)) + make_owls(4, announced_on=None)
    found, token, totals = [], "", set()
    for _page in range(4):
        after = DateCursor.from_token(token) if token else None
        result = search(OWLS, limit=2, sort="new", after=after)
        found += [hit.paper_id for hit in result.hits]
        totals.add(result.total)
        token = result.next
    assert found == [*wanted[:3][::-1], *wanted[3:][::-1]]
    assert (token, totals) == ("", {7})


@pytest.mark.parametrize("token", ["", "1f", "1f:abc", "\ud7ff", "-1", "x" * 500])
def test_token_that_was_never_made_is_refused_in_words(token: str) -> None:
    with pytest.raises(ValueError, match="search anew"):
        DateCursor.from_token(token)


def test_changed_token_is_refused() -> None:
    token = DateCursor(255).token
    with pytest.raises(ValueError, match="damaged"):
        DateCursor.from_token(token.replace("ff", "fe", 1))


def test_facets_count_all_that_is_found() -> None:
    make_paper(title="Owl", categories=("cs.CL", "cs.LG"), announced_on=date(2026, 3, 3))
    make_paper(title="Owl", categories=("cs.CL",), announced_on=date(2026, 1, 1), code_url="x")
    make_paper(title="Owl", categories=("hep-th",), announced_on=date(2025, 1, 1))
    make_paper(title="Owl", categories=(), announced_on=None)
    make_paper(title="Heron", categories=("cs.CV",))
    index_now()
    facets = search(Query(Word("owl")), limit=1, facets=True).facets
    assert facets is not None
    assert facets.categories == (
        FacetCount("cs.CL", 2),
        FacetCount("cs.LG", 1),
        FacetCount("hep-th", 1),
    )
    assert facets.years == (FacetCount("2026", 2), FacetCount("2025", 1))
    assert [each.value for each in facets.months] == ["2026-03", "2026-01", "2025-01"]
    assert facets.code == (FacetCount("code", 1),)
    assert facets.sources == (FacetCount("arxiv", 4),)


def test_facets_count_every_category_of_a_paper_that_has_many() -> None:
    codes = tuple(f"cs.{letter}" for letter in "ABCDEF")
    make_paper(title="Owl", categories=codes)
    make_paper(title="Owl", categories=codes[4:])
    index_now()
    facets = search(Query(Word("owl")), limit=1, facets=True).facets
    assert facets is not None
    counts = {each.value: each.count for each in facets.categories}
    assert counts == dict.fromkeys(codes[:4], 1) | dict.fromkeys(codes[4:], 2)


def test_facets_are_counted_once_until_the_index_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_owls(1)
    first = find(OWLS, facets=True).facets
    with monkeypatch.context() as patched:
        patched.setattr(facets, "count_facets", None)
        assert find(OWLS, facets=True, sort="new").facets == first
    make_owls(1)
    second = find(OWLS, facets=True).facets
    assert second is not None
    assert second.sources == (FacetCount("arxiv", 2),)


def test_facets_of_what_changes_are_counted_each_time() -> None:
    first, second = make_owls(2)
    for saved in ({first}, {first, second}):
        reader = Personal(saved=partial(frozenset, saved), is_known=True)
        counted = find(Query(Is("saved")), facets=True, personal=reader).facets
        assert counted is not None
        assert counted.sources == (FacetCount("arxiv", len(saved)),)


def test_facets_are_counted_only_when_asked_for() -> None:
    make_owls(1)
    assert find(OWLS).facets is None


def test_empty_query_has_no_facets_and_no_hits() -> None:
    make_owls(1)
    result = find(Query(And(())), facets=True)
    assert (result.hits, result.total) == ((), 0)


@pytest.mark.parametrize("part", [Is("saved"), InList("To read")], ids=str)
def test_visitor_who_asks_for_their_own_is_told_to_log_in(part: Node) -> None:
    make_owls(1)
    result = find(Query(And((Word("owls"), part)), (Note("First."),)))
    assert result.hits == ()
    assert "logged in" in result.notes[1].text
    assert str(part) in result.notes[1].text


def test_unknown_list_is_named_in_a_note() -> None:
    make_owls(1)
    reader = Personal(is_known=True)
    assert "Later" in find(Query(InList("Later")), personal=reader).notes[0].text


def test_readers_own_papers_are_found_without_a_note() -> None:
    first, _second = make_owls(2)
    reader = Personal(saved=lambda: frozenset({first}), is_known=True)
    result = find(Query(And((Word("owls"), Is("saved")))), personal=reader)
    assert [hit.paper_id for hit in result.hits] == [first]
    assert result.notes == ()


def test_relative_days_count_from_the_day_given() -> None:
    (paper,) = make_owls(1, announced_on=date(2026, 3, 2))
    assert ids(Query(LastDays(2)), today=date(2026, 3, 3)) == [paper]
    assert ids(Query(LastDays(2)), today=date(2026, 3, 4)) == []


def test_thing_learnt_later_is_found() -> None:
    paper = make_paper(title="Owls")
    index_now()
    paper.code_url = "https://example.org/owls"
    paper.save()
    index_now()
    assert ids(Query(Has("code"))) == [paper.pk]
