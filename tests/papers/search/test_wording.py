import pytest

from papers.search.wording import worded_so
from tests.factories import make_paper

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("owls by night", True),
        ("The wood by", True),
        ("WOOD-owls night", True),
        ("owl by night", False),
        ("night owls", False),
        ("owls owls", False),
        ("owls by day", False),
    ],
)
def test_title_holds_the_words_as_typed_and_in_order(text: str, holds: bool) -> None:
    paper = make_paper(title=r"The Wood: \'Owls by Moonlit Night")
    assert worded_so(text, [paper.pk]) == ({paper.pk} if holds else set())


def test_each_paper_is_judged_by_its_own_title() -> None:
    papers = [
        make_paper(title=title) for title in ("Owls at Night", "Night Owls", "At Night, Owls")
    ]
    assert worded_so("at night", [paper.pk for paper in papers]) == {papers[0].pk, papers[2].pk}


def test_paper_that_is_gone_holds_nothing() -> None:
    assert worded_so("owls", [10**9]) == set()
