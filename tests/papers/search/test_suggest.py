from pathlib import Path

import pytest
from pytest_django import Settings

from papers.search import suggest
from papers.search.follower import index_now
from papers.search.suggest import complete
from tests.factories import make_announcement, make_paper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def papers(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"
    make_paper(
        title="On kestrels",
        authors=(
            "Ada Kestner",
            "Bo Quay",
        ),
        categories=("cs.CL",),
    )
    make_paper(title="Owls at night", authors=("Ada Kestner",), categories=("cs.LG",))
    make_paper(
        title="Weirs", authors=("Åsa Müller",), arxiv_id="2603.00999", categories=("math.NA",)
    )
    index_now()


def shown(text: str) -> list[tuple[str, str]]:
    return [(each.kind, each.query) for each in complete(text)]


def test_titles_and_authors_begin_so() -> None:
    kinds = dict(shown("kest"))
    assert kinds["author"] == 'au:"Ada Kestner"'
    assert "paper" in kinds


def test_an_author_is_suggested_once_with_accents_folded() -> None:
    assert shown("muller") == [("author", 'au:"Åsa Müller"')]
    assert [query for kind, query in shown("ada kes") if kind == "author"] == ['au:"Ada Kestner"']


def test_a_category_begins_so() -> None:
    assert ("category", "cat:cs.CL") in shown("cs")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("owls au:kes", 'owls au:"Ada Kestner"'),
        ("owls cat:cs.l", "owls cat:cs.LG"),
        ("x ti:wei", 'x ti:"Weirs"'),
    ],
)
def test_after_a_field_only_that_is_completed_and_the_rest_kept(text: str, query: str) -> None:
    assert [each.query for each in complete(text)] == [query]


def test_a_paper_leads_to_its_number() -> None:
    assert shown("weirs") == [("paper", "2603.00999")]


@pytest.mark.parametrize(
    "text", ["", " ", "k", "(", '"', "a" * 300, "\x00", "🙂", "kest OR (", "a:b:c"]
)
def test_what_nobody_can_complete_has_no_suggestions(text: str) -> None:
    assert complete(text) == []


def test_a_long_list_of_authors_hides_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggest, "NAMES_LOOKED_AT", 3)
    make_paper(authors=tuple(f"Weaver {letter}" for letter in "abcdefgh"))
    make_paper(authors=("Solo Weaver",))
    index_now()
    assert ("author", 'au:"Solo Weaver"') in shown("au:weav")


def test_two_letters_begin_a_name_but_no_title() -> None:
    assert {kind for kind, _query in shown("ke")} == {"author"}
    assert shown("ow") == []


def test_without_an_index_there_are_none(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "none"
    assert shown("kest") == []


def test_categories_with_most_papers_of_the_newest_day_come_first() -> None:
    for code, papers in (("cs.CC", 1), ("cs.CV", 3), ("cs.CL", 2)):
        for _ in range(papers):
            make_announcement(category=code)
    assert [each.text for each in complete("cs.c")] == ["cs.CV", "cs.CL", "cs.CC"]


def test_papers_are_left_out_where_results_follow_the_typing() -> None:
    make_paper(title="Kestrel", authors=("Kes Moor",))
    index_now()
    assert {each.kind for each in complete("kes", without_papers=True)} == {"author"}
