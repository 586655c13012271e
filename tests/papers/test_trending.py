from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from papers import trending
from papers.models import Paper, Signal
from tests.factories import DAY, make_follow, make_paper, make_signal, make_user

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def titles(client: Client, address: str) -> list[str]:
    return [paper.title for paper in client.get(address).context["page"].items]


def make_liked(
    title: str, upvotes: int, *, days_ago: int = 0, categories: tuple[str, ...] = ("cs.LG",)
) -> Paper:
    """A paper whose upvotes all came `days_ago`, on the day of its announcement."""
    day = DAY - timedelta(days=days_ago)
    paper = make_paper(title=title, announced_on=day, categories=categories)
    make_signal(paper, upvotes, on=day)
    trending.update([paper.pk], today=DAY)
    return paper


def test_the_better_liked_paper_comes_first(client: Client) -> None:
    make_liked("Quiet", 2)
    make_liked("Loud", 90)
    assert titles(client, "/trending/") == ["Loud", "Quiet"]


def test_what_nobody_liked_yet_comes_after_what_somebody_did(client: Client) -> None:
    make_liked("Liked", 1, days_ago=20)
    make_paper(title="Unseen")
    assert titles(client, "/trending/") == ["Liked", "Unseen"]


def test_papers_equally_liked_are_shown_newest_first(client: Client) -> None:
    make_paper(title="Older")
    make_paper(title="Newer")
    assert titles(client, "/trending/") == ["Newer", "Older"]


@pytest.mark.parametrize(
    ("window", "days_ago", "is_shown"),
    [
        ("today", 1, True),
        ("today", 2, False),
        ("week", 7, True),
        ("week", 8, False),
        ("month", 30, True),
        ("month", 31, False),
        ("all", 3000, True),
        ("now", 28, True),
        ("now", 29, False),
    ],
)
def test_a_window_holds_what_was_gained_in_it(
    client: Client, window: str, days_ago: int, is_shown: bool
) -> None:
    make_liked("Newest", 1)
    make_liked("Asked for", 50, days_ago=days_ago)
    assert ("Asked for" in titles(client, f"/trending/{window}/")) is is_shown


def test_a_window_is_in_order_of_what_was_gained_however_old_the_paper(client: Client) -> None:
    make_liked("New", 5)
    old = make_liked("Old", 1000, days_ago=300)
    make_signal(old, 1020)
    trending.update([old.pk], today=DAY)
    Signal.objects.filter(paper=old, observed_on__lt=DAY).update(observed_on=DAY - timedelta(1))
    trending.update([old.pk], today=DAY)
    assert titles(client, "/trending/today/") == ["Old", "New"]


def test_of_two_papers_that_gain_alike_the_older_one_rises(client: Client) -> None:
    make_liked("Newer", 10)
    older = make_liked("Older", 10, days_ago=7)
    Signal.objects.create(paper=older, kind="votes", observed_on=DAY, value=5)
    trending.update([older.pk], today=DAY)
    assert titles(client, "/trending/rising/") == ["Older", "Newer"]


def test_a_category_has_lists_of_its_own(client: Client) -> None:
    make_liked("Language", 5, categories=("cs.CL",))
    make_liked("Crossed", 9, categories=("cs.LG", "cs.CL"))
    make_liked("Vision", 50, categories=("cs.CV",))
    assert titles(client, "/trending/week/cs.CL/") == ["Crossed", "Language"]


def test_an_unknown_category_is_not_found(client: Client) -> None:
    answer = client.get("/trending/week/cs.XX/")
    assert answer.status_code == 404
    assert "No paper here belongs to a category" in answer.content.decode()


def test_my_categories_are_those_i_follow(client: Client) -> None:
    make_liked("Language", 5, categories=("cs.CL",))
    make_liked("Vision", 50, categories=("cs.CV",))
    make_liked("Both", 9, categories=("cs.CL", "cs.RO"))
    user = make_user()
    for query in ("cat:cs.CL", "cat:cs.RO", "cat:cs.CV kestrel"):
        make_follow(user=user, query=query)
    client.force_login(user)
    assert titles(client, "/trending/now/mine/") == ["Both", "Language"]


def test_my_categories_are_else_those_of_what_i_liked(client: Client) -> None:
    liked = make_liked("Language", 5, categories=("cs.CL",))
    make_liked("Vision", 50, categories=("cs.CV",))
    user = make_user()
    user.votes.create(paper=liked)
    client.force_login(user)
    assert titles(client, "/trending/now/mine/") == ["Language"]


def test_without_any_category_of_my_own_it_says_how_to_have_some(client: Client) -> None:
    make_paper()
    client.force_login(make_user())
    assert "No categories yet" in client.get("/trending/now/mine/").content.decode()


def test_a_visitor_has_no_categories_and_is_asked_to_log_in(client: Client) -> None:
    make_paper()
    assert "/accounts/login/?next=/trending/now/mine/" in (
        client.get("/trending/now/mine/").content.decode()
    )


@pytest.mark.parametrize("path", ["/trending/week/%00/", "/new/%00/", "/new/cs%00/2026-03-02/"])
def test_a_category_that_no_column_holds_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_trending_alone_is_what_trends_now(client: Client) -> None:
    make_liked("Liked", 3)
    assert titles(client, "/trending/") == ["Liked"]


@pytest.mark.parametrize("text", ["decade", "2026-02-30", "%3Cscript%3E", "2026"])
def test_what_is_no_list_and_no_day_is_told_what_there_is(client: Client, text: str) -> None:
    answer = client.get(f"/trending/{text}/")
    assert answer.status_code == 404
    assert "neither a day" in answer.content.decode()
    assert "<script>" not in answer.content.decode().replace('<script src="', "")


def test_a_card_says_what_was_gained_and_since_when(client: Client) -> None:
    paper = make_paper(announced_on=DAY - timedelta(days=4))
    for kind, value, day in (("github_stars", 3, 3), ("github_stars", 44, 0), ("votes", 18, 2)):
        Signal.objects.create(
            paper=paper, kind=kind, observed_on=DAY - timedelta(days=day), value=value
        )
    trending.update([paper.pk], today=DAY)
    assert "+41 stars and 18 votes since Thursday" in client.get("/trending/week/").content.decode()


def test_without_papers_it_says_what_to_do_next(client: Client) -> None:
    page = client.get("/trending/").content.decode()
    assert "No papers yet" in page
    assert "loadpapers" in page


def test_a_list_in_which_nothing_is_says_why(client: Client) -> None:
    make_paper()
    assert "Nobody showed interest" in client.get("/trending/today/").content.decode()


def test_a_page_after_the_end_leads_back(client: Client) -> None:
    make_paper()
    assert "Back to its beginning" in client.get("/trending/?page=7").content.decode()


def test_pages_follow_each_other_without_gap_or_repetition(client: Client) -> None:
    for number in range(45):
        make_liked(f"P{number:02}", 100 - number, categories=("cs.LG", "cs.AI"))
    user = make_user()
    for query in ("cat:cs.LG", "cat:cs.AI"):
        make_follow(user=user, query=query)
    client.force_login(user)
    for address in ("/trending/week/", "/trending/week/cs.AI/", "/trending/week/mine/"):
        shown = [t for n in (1, 2, 3) for t in titles(client, f"{address}?page={n}")]
        assert shown == [f"P{number:02}" for number in range(45)]


@pytest.mark.parametrize("number", ["0", "-3", "x", "9" * 30, "٣"])
def test_a_page_number_that_makes_no_sense_is_forgiven(client: Client, number: str) -> None:
    make_paper()
    assert client.get("/trending/", {"page": number}).status_code == 200


def test_it_cannot_be_posted_to(client: Client) -> None:
    assert client.post("/trending/").status_code == 405


def test_a_reader_sees_their_votes(client: Client) -> None:
    paper, user = make_paper(), make_user()
    user.votes.create(paper=paper)
    client.force_login(user)
    assert 'aria-pressed="true"' in client.get("/trending/").content.decode()


def count_queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


@pytest.mark.parametrize("address", ["/trending/", "/trending/week/cs.LG/", "/trending/now/mine/"])
def test_eight_papers_more_take_no_query_more(client: Client, address: str) -> None:
    user = make_user()
    make_follow(user=user, query="cat:cs.LG")
    client.force_login(user)
    for _ in range(8):
        make_liked("Liked", 3)
    few = count_queries(client, address)
    for _ in range(8):
        make_liked("Liked", 3)
    assert count_queries(client, address) == few


def test_html_in_a_title_is_shown_as_text(client: Client) -> None:
    make_paper(title="<script>alert(1)</script>", announced_on=date(2026, 3, 2))
    for address in ("/", "/trending/"):
        assert "<script>alert(1)" not in client.get(address).content.decode()


@pytest.mark.parametrize("window", ["now", "rising", "today", "week", "month", "all"])
def test_a_withdrawn_paper_is_in_no_list(client: Client, window: str) -> None:
    make_liked("There", 9)
    gone = make_liked("Gone", 9)
    Paper.objects.filter(pk=gone.pk).update(withdrawn_at=NOON)
    assert titles(client, f"/trending/{window}/") == ["There"]
    trending.place([gone.pk], today=DAY)
    assert not gone.standings.exists()
