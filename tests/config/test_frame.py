"""Parts of the frame that are drawn once: never those of another language or kind of visitor."""

from collections.abc import Iterator

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from config.templatetags import frame
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> Iterator[None]:
    frame._drawn.cache_clear()
    yield
    frame._drawn.cache_clear()


def nav_of(client: Client, address: str, language: str = "en") -> str:
    page = client.get(address, headers={"accept-language": language}).content.decode()
    return page.split('<nav class="site-nav"')[1].split("</nav>")[0]


def test_each_kind_of_visitor_sees_its_own_in_any_order(client: Client) -> None:
    address = reverse("papers:ranking")
    for _ in range(2):
        client.logout()
        assert "Log in" in nav_of(client, address)
        client.force_login(make_user())
        assert "Log out" in nav_of(client, address)
        assert "Log in" not in nav_of(client, address)


def test_each_language_is_its_own(client: Client) -> None:
    address = reverse("papers:ranking")
    for _ in range(2):
        assert "Trending" in nav_of(client, address, "en")
        assert "Im Trend" in nav_of(client, address, "de")


def test_the_section_is_marked_on_its_page_only(client: Client) -> None:
    for _ in range(2):
        assert nav_of(client, reverse("papers:trending", args=["now"])).count("aria-current") == 1
        assert "aria-current" not in nav_of(client, reverse("papers:ranking"))


def test_a_part_is_drawn_once_and_reads_as_if_drawn_each_time() -> None:
    values = {"section": "new", "is_reader": True, "has_public_lists": True}
    with translation.override("de"):
        first, second = (frame.frame("_site_nav.html", **values) for _ in range(2))
        assert first is second
        assert first == render_to_string("_site_nav.html", values)


def test_while_developing_every_part_is_drawn_anew(settings: Settings) -> None:
    settings.DEBUG = True
    frame.frame("_failures.html")
    assert frame._drawn.cache_info().currsize == 0
