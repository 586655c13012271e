from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from papers.listings import CategoryCount, count_by_category
from papers.models import WindowGain
from tests.factories import DAY, make_announcement, make_paper

pytestmark = pytest.mark.django_db


def test_the_index_counts_each_category_of_the_newest_day(client: Client) -> None:
    make_announcement(category="cs.LG")
    make_announcement(category="cs.LG", kind="cross")
    make_announcement(category="cs.CL", on=DAY - timedelta(days=1))
    assert client.get("/new/").context["counts"] == [CategoryCount("cs.LG", 1, 1, 0)]


def test_a_category_shows_new_papers_before_cross_lists(client: Client) -> None:
    make_announcement(kind="replace")
    make_announcement(kind="cross")
    make_announcement(kind="new")
    listings = client.get("/new/cs.LG/").context["page"].items
    assert [listing.kind for listing in listings] == ["new", "cross", "replace"]


def test_a_day_leads_to_the_days_beside_it(client: Client) -> None:
    for back in (0, 3, 4):
        make_announcement(on=DAY - timedelta(days=back))
    page = client.get(f"/new/cs.LG/{DAY - timedelta(days=3)}/")
    assert page.context["previous_day"] == DAY - timedelta(days=4)
    assert page.context["next_day"] == DAY


def test_a_paper_in_two_categories_is_listed_in_both(client: Client) -> None:
    paper = make_paper(title="In two places")
    make_announcement(paper=paper, category="cs.LG")
    make_announcement(paper=paper, category="stat.ML", kind="cross")
    assert "In two places" in client.get("/new/stat.ML/").content.decode()


def test_a_day_keeps_what_was_withdrawn_since_and_marks_it(client: Client) -> None:
    make_announcement(paper=make_paper(withdrawn_at=datetime(2026, 3, 4, tzinfo=UTC)))
    page = client.get("/new/cs.LG/").content.decode()
    assert '<span class="withdrawn">withdrawn</span>' in page


def test_a_day_without_announcements_says_so(client: Client) -> None:
    make_announcement()
    page = client.get("/new/cs.LG/2026-03-01/")
    assert "Nothing was announced here" in page.content.decode()


@pytest.mark.parametrize("address", ["/new/cs.XX/", "/new/cs.LG/2026-13-01/", "/new/2026-02-30/"])
def test_what_is_no_category_or_day_is_not_found(client: Client, address: str) -> None:
    make_announcement()
    page = client.get(address)
    assert page.status_code == 404
    assert 'type="search"' in page.content.decode()


def test_no_day_at_all_counts_nothing() -> None:
    assert count_by_category(date(2026, 3, 2)) == []


def test_a_card_says_what_its_paper_gained(client: Client) -> None:
    paper = make_paper(categories=("cs.LG",))
    make_announcement(paper=paper, category="cs.LG")
    WindowGain.objects.create(paper=paper, span="week", stars=41, gain=4.1, since=DAY)
    assert "+41 stars since" in client.get("/new/cs.LG/2026-03-02/").content.decode()
