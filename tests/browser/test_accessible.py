"""Every page of the site, looked at by axe and measured: WCAG 2.2, level AA, light and dark.

Each time so few pages are looked at as show together every kind of element and every shared piece
of template; in the long tier all others, and all in the dark.
"""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests.browser.chromium import chromium_for_tests, own_browser
from tests.browser.kinds import by_kinds
from tests.browser.looking import IN_THE_DARK, Looked, look_at, look_in_the_dark
from tests.browser.pages import DrawnPage, draw_all

# By a mark too the database is asked for: else it is not made, and these tests would come before
# those that need it as migrations left it.
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# Letters, and the elements that allauth puts its pages together from.
NO_PAGES = ("emails", "allauth")


@pytest.fixture(scope="module")
def drawn(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[DrawnPage]:
    """Every page; the search index sees only what is committed, so nothing is rolled back."""
    chromium_for_tests()
    with django_db_blocker.unblock():
        try:
            return draw_all(tmp_path_factory.mktemp("pages"))
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def looked(drawn: list[DrawnPage]) -> list[Looked]:
    few, _others = by_kinds(drawn)
    assert {page.name for page in few} >= IN_THE_DARK
    with own_browser() as browser:
        return list(look_at(browser, few))


def test_no_page_is_left_out(drawn: list[DrawnPage]) -> None:
    there = {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if not path.name.startswith("_") and path.relative_to(TEMPLATES).parts[0] not in NO_PAGES
    }
    assert there - set().union(*(page.templates for page in drawn)) == set()


def test_axe_finds_no_fault(looked: list[Looked]) -> None:
    assert {page.name: page.faults for page in looked if page.faults} == {}


@pytest.mark.long
def test_pages_of_the_same_kinds_of_elements_have_no_fault_either(drawn: list[DrawnPage]) -> None:
    _few, others = by_kinds(drawn)
    with own_browser() as browser:
        found = {page.name: page.all_found for page in look_at(browser, others)}
    assert len(found) > 20
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.long
def test_axe_finds_no_fault_in_the_dark(drawn: list[DrawnPage]) -> None:
    with own_browser() as browser:
        dark = list(look_in_the_dark(browser, drawn))
    assert len(dark) == len(drawn)
    assert {page.name: page.all_found for page in dark if page.faults + page.no_focus} == {}


def test_nothing_is_cut_or_scrolled_sideways_on_a_small_screen(looked: list[Looked]) -> None:
    assert {page.name: page.too_wide for page in looked if page.too_wide} == {}


def test_the_focus_is_seen_everywhere(looked: list[Looked]) -> None:
    assert {page.name: page.no_focus for page in looked if page.no_focus} == {}


def test_main_buttons_are_large_enough_for_a_thumb(looked: list[Looked]) -> None:
    assert {page.name: page.too_small for page in looked if page.too_small} == {}


def test_nothing_moves_for_those_who_want_no_motion(looked: list[Looked]) -> None:
    assert {page.name: page.moving for page in looked if page.moving} == {}
