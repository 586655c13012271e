from collections.abc import Sequence

import pytest

from accounts.digest.items import Item
from accounts.digest.seats import Section, fill


def never(_paper: int, _taken: Sequence[int]) -> bool:
    return False


def section(key: str, share: float, papers: Sequence[int], *, spread: bool = False) -> Section:
    return Section(key, share, [Item(paper, key, "") for paper in papers], spread)


def places(*sections: Section, size: int) -> list[int]:
    fill(sections, size, never)
    return [len(each.taken) for each in sections]


def papers(each: Section) -> list[int]:
    return [item.paper for item in each.taken]


@pytest.mark.parametrize(
    ("size", "expected"), [(1, [1, 0, 0]), (2, [1, 1, 0]), (4, [2, 1, 1]), (10, [5, 3, 2])]
)
def test_places_go_by_shares(size: int, expected: list[int]) -> None:
    three = (
        section("a", 4, range(20)),
        section("b", 2, range(20, 40)),
        section("c", 2, range(40, 60)),
    )
    assert places(*three, size=size) == expected


def test_what_one_cannot_fill_goes_to_the_others() -> None:
    few, many = section("a", 4, [1]), section("b", 2, range(10, 30))
    assert places(few, many, size=10) == [1, 9]


def test_no_more_than_there_is() -> None:
    assert sum(places(section("a", 4, [1, 2]), section("b", 2, [2]), size=10)) == 2


def test_paper_that_two_offer_stands_in_the_first() -> None:
    first, second = section("a", 2, [1, 2]), section("b", 2, [1, 3])
    fill([first, second], 3, never)
    assert (papers(first), papers(second)) == ([1, 2], [3])


def test_paper_that_the_first_has_no_place_for_may_stand_in_the_second() -> None:
    first, second = section("a", 2, [1, 2, 9]), section("b", 2, [9, 3])
    fill([first, second], 3, never)
    assert (papers(first), papers(second)) == ([1, 2], [9])


def test_third_of_a_kind_comes_after_all_others() -> None:
    several = section("a", 1, [1, 2, 3, 4, 5], spread=True)
    fill([several], 4, lambda paper, taken: paper in (3, 4) and len(taken) >= 2)
    assert papers(several) == [1, 2, 5, 3]


def test_where_nothing_else_is_left_the_rest_of_a_kind_comes_too() -> None:
    several = section("a", 1, [1, 2, 3], spread=True)
    fill([several], 10, lambda _paper, taken: len(taken) >= 2)
    assert papers(several) == [1, 2, 3]


def test_section_that_is_asked_for_by_name_is_not_spread() -> None:
    several = section("a", 1, [1, 2, 3])
    fill([several], 2, lambda _paper, _taken: True)
    assert papers(several) == [1, 2]
