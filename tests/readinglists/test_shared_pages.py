"""Pages of a list as others read it: which sections and papers stand on which."""

import pytest

from readinglists import headings, shared_pages
from readinglists.models import ReadingList
from readinglists.positions import Gap, Spot
from tests.factories import make_entry, make_reading_list

pytestmark = pytest.mark.django_db


@pytest.fixture
def four() -> ReadingList:
    """Four papers: two without a section, then A with one, B with one, C empty."""
    reading_list = make_reading_list()
    made = [make_entry(reading_list=reading_list) for _ in range(4)]
    for title, entry in (("A", made[2]), ("B", made[3])):
        spot = Gap(before=Spot("e", entry.pk))
        headings.add_heading(reading_list, title, by=None, gap=spot)
    headings.add_heading(reading_list, "C", by=None)
    return reading_list


def sections(
    reading_list: ReadingList, number: int, size: int
) -> list[tuple[str, list[int], bool]]:
    page = shared_pages.read_page(reading_list, number, size=size)
    return [(each.title, [row.place for row in each.rows], each.goes_on) for each in page.sections]


def test_papers_stand_under_their_headings(four: ReadingList) -> None:
    assert sections(four, 1, 50) == [
        ("", [1, 2], False),
        ("A", [3], False),
        ("B", [4], False),
        ("C", [], False),
    ]


def test_a_heading_stands_on_the_page_of_its_first_paper(four: ReadingList) -> None:
    assert sections(four, 1, 2) == [("", [1, 2], False)]
    assert sections(four, 2, 2) == [("A", [3], False), ("B", [4], False), ("C", [], False)]


def test_a_section_goes_on_under_its_name(four: ReadingList) -> None:
    make_entry(reading_list=four)
    make_entry(reading_list=four)
    assert sections(four, 2, 5) == [("C", [6], True)]


def test_a_number_that_is_no_page_gives_the_nearest(four: ReadingList) -> None:
    assert shared_pages.read_page(four, 99, size=2).number == 2
    assert shared_pages.read_page(make_reading_list(), 3).number == 1


def test_a_list_of_headings_only_shows_them() -> None:
    reading_list = make_reading_list()
    headings.add_heading(reading_list, "A", by=None)
    assert sections(reading_list, 1, 50) == [("A", [], False)]
