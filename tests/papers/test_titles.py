import pytest

from papers.titles import find_titled
from tests.factories import make_paper

pytestmark = pytest.mark.django_db


def ids(titles: list[str]) -> list[list[int]]:
    return [[each.paper_id for each in found] for found in find_titled(titles)]


def test_capitals_spaces_and_signs_do_not_count() -> None:
    paper = make_paper(title="Attention Is All You Need: $x^2$-norms", authors=("Ada Moor",))
    other = make_paper(title="Attention is all you need, x^2 norms!", authors=())
    assert ids(["attention is all you need x2 norms", "something else entirely"]) == [
        [paper.pk, other.pk],
        [],
    ]
    first, second = find_titled(["Attention is all you need x2 norms"])[0]
    assert (first.first_author, first.arxiv_id) == ("Ada Moor", paper.arxiv_id)
    assert second.first_author == ""


def test_a_short_title_finds_none() -> None:
    make_paper(title="A Survey")
    make_paper(title="…")
    assert ids(["A survey", "", "…"]) == [[], [], []]


def test_nothing_asked_is_nothing_found() -> None:
    assert find_titled([]) == []
