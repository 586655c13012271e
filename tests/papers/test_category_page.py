"""What the newest page of a category says of it besides its papers."""

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from papers.category_names import CATEGORY_NAMES
from papers.search.follower import index_now
from papers.taxonomy import CATEGORIES
from tests.factories import make_announcement, make_paper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"


def test_every_category_has_a_name() -> None:
    assert set(CATEGORY_NAMES) >= CATEGORIES


def test_it_names_the_category_and_draws_its_months(client: Client) -> None:
    for day in (date(2026, 2, 2), date(2026, 3, 2)):
        make_announcement(paper=make_paper(announced_on=day), on=day)
    index_now()
    page = client.get("/new/cs.LG/").content.decode()
    assert '<p class="category-name">Machine Learning</p>' in page
    assert "2 papers in all" in page
    assert '<th scope="row">March 2026</th><td>1</td>' in page
    assert "style=" not in page


def test_pages_of_days_and_sites_without_an_index_have_no_chart(client: Client) -> None:
    make_announcement()
    assert "<svg" not in client.get("/new/cs.LG/").content.decode()
    assert "<svg" not in client.get("/new/cs.LG/2026-03-02/").content.decode()
