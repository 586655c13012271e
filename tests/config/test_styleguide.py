"""/styleguide/: every part of the site, for those who develop it."""

import re

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from config.styleguide.cards import CARDS
from config.styleguide.pieces import COLOURS
from tests.factories import make_user

pytestmark = pytest.mark.django_db
URL = "/styleguide/"
CSS = django_settings.BASE_DIR / "static" / "css"


def test_it_is_not_there_without_debug(client: Client) -> None:
    assert client.get(URL).status_code == 404


def test_it_shows_each_state_of_a_card_and_asks_for_no_row(
    client: Client, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.DEBUG = True
    with django_assert_num_queries(0):
        page = client.get(URL).content.decode()
    assert page.count('class="specimen-name"') == len(CARDS)
    for words in CARDS:
        assert words in page


def test_a_reader_sees_it_too(client: Client, settings: Settings) -> None:
    settings.DEBUG = True
    client.force_login(make_user())
    assert client.get(URL).status_code == 200


def test_nothing_can_be_sent_there(client: Client, settings: Settings) -> None:
    settings.DEBUG = True
    assert client.post(URL).status_code == 405


def test_every_colour_has_a_swatch() -> None:
    named = re.findall(r"--([\w-]+): light-dark\(", (CSS / "variables.css").read_text())
    assert named == COLOURS
    swatches = (CSS / "styleguide.css").read_text()
    assert re.findall(r"^\.swatch-([\w-]+) ", swatches, re.MULTILINE) == COLOURS
