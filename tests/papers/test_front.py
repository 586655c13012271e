from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from papers import seen, trending
from papers.front import offers
from papers.front.offers import Offer
from papers.front.page import FOR_READERS, FOR_VISITORS, IN_A_SECTION
from papers.models import Paper, Standing
from tests.factories import DAY, make_announcement, make_follow, make_paper, make_signal, make_user

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def reader(client: Client) -> User:
    user = make_user()
    make_follow(user=user, query="cat:cs.CL")
    client.force_login(user)
    return user


def make_liked(title: str, upvotes: int) -> Paper:
    paper = make_paper(title=title, announced_on=DAY)
    make_signal(paper, upvotes)
    trending.update([paper.pk], today=DAY)
    return paper


def make_new(title: str) -> Paper:
    paper = make_paper(title=title, announced_on=DAY, categories=("cs.CL",))
    make_announcement(paper=paper, category="cs.CL")
    return paper


def page(client: Client, address: str = "/") -> str:
    return client.get(address).content.decode()


def own(client: Client, name: str = "new") -> list[str]:
    sections = client.get("/").context["front"].sections
    (section,) = [one for one in sections if one.offer.name == name]
    return [paper.title for paper in section.papers]


def test_a_visitor_reads_what_this_is_and_the_papers_at_once(client: Client) -> None:
    make_liked("Kestrels", 5)
    text = page(client)
    assert "ranked by what readers and the world make of them" in text
    assert 'action="/subscribe/"' in text
    assert "Monday, 2 March 2026" in text
    assert "Kestrels" in text


def test_what_trends_most_leads_with_more_of_its_abstract(client: Client) -> None:
    make_liked("Quiet", 2)
    loud = make_liked("Loud", 90)
    Paper.objects.filter(pk=loud.pk).update(abstract="word " * 100 + "far down " + "word " * 100)
    front = client.get("/").context["front"]
    assert [paper.title for paper in front.trending] == ["Loud", "Quiet"]
    assert "far down" in page(client)
    assert len(front.lead_abstract) <= 700


def test_it_leads_to_all_lists(client: Client) -> None:
    make_paper()
    for name in ("now", "rising", "today", "week", "month", "all"):
        assert f'href="/trending/{name}/"' in page(client)


def test_a_visitor_sees_more_that_trends_than_a_reader(client: Client) -> None:
    for _ in range(FOR_VISITORS + 1):
        make_paper()
    assert len(client.get("/").context["front"].trending) == FOR_VISITORS
    client.force_login(make_user())
    assert len(client.get("/").context["front"].trending) == FOR_READERS


def test_pages_of_the_old_list_lead_to_its_own_address(client: Client) -> None:
    assert client.get("/?page=2").headers["Location"] == "/trending/?page=2"


def test_it_cannot_be_posted_to(client: Client) -> None:
    assert client.post("/").status_code == 405


def test_without_papers_it_says_what_to_do_next(client: Client) -> None:
    assert "loadpapers" in page(client)


def test_with_papers_of_which_none_trends_it_leads_to_other_lists(client: Client) -> None:
    make_paper()
    Standing.objects.all().delete()
    text = page(client)
    assert "Nothing is trending now" in text
    assert "loadpapers" not in text


def test_a_reader_sees_what_is_new_in_their_categories(client: Client, reader: User) -> None:
    for number in range(FOR_READERS):
        make_liked(f"T{number}", 9)
    make_new("Owls")
    make_announcement(category="cs.LG")
    assert own(client) == ["Owls"]
    assert 'href="/new/mine/"' in page(client)


def test_no_paper_stands_on_it_twice(client: Client, reader: User) -> None:
    for number in range(FOR_READERS + 2):
        make_new(f"N{number}")
    front = client.get("/").context["front"]
    assert len(front.papers) == len({paper.pk for paper in front.papers}) == FOR_READERS + 2


def test_a_section_holds_a_few(client: Client, reader: User) -> None:
    for number in range(FOR_READERS + 10):
        make_new(f"N{number}")
    assert len(own(client)) == IN_A_SECTION


def test_who_has_no_categories_reads_how_to_have_some(client: Client) -> None:
    make_paper()
    client.force_login(make_user())
    assert "Follow a category" in page(client)


def test_what_a_reader_hides_is_in_no_section(client: Client, reader: User) -> None:
    for number in range(FOR_READERS):
        make_liked(f"T{number}", 9)
    old, _ = make_new("Seen"), make_new("Unseen")
    seen.set_seen(reader, [old.pk], seen=True)
    seen.set_hidden(reader, hidden=True)
    assert own(client) == ["Unseen"]


def test_all_of_it_is_marked_as_seen_at_once(client: Client, reader: User) -> None:
    papers = {make_new(f"N{number}").pk for number in range(FOR_READERS + 2)}
    value = page(client).partition('name="papers" value="')[2].partition('"')[0]
    client.post("/seen/", {"papers": value})
    assert seen.seen_ids(reader) == papers
    assert "Mark all on this page as not seen" in page(client)


class TestOffers:
    @pytest.fixture
    def papers(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> list[Paper]:
        trends = make_liked("Trends", 9)
        papers = [make_paper(title=f"P{n}", announced_on=DAY - timedelta(60)) for n in range(3)]
        made = Offer(
            name="other",
            heading="From <another> app",
            whole="/all/",
            paper_ids=[trends.pk, *(paper.pk for paper in papers)],
            reasons={papers[1].pk: "for you", trends.pk: "offered too"},
            unless=("voted",),
        )
        monkeypatch.setattr(offers, "_finders", [lambda user, without: made])
        return papers

    def test_another_app_adds_a_section(self, client: Client, papers: list[Paper]) -> None:
        client.force_login(make_user())
        assert own(client, "other") == ["P0", "P1", "P2"]
        text = page(client)
        assert "From &lt;another&gt; app" in text
        assert "for you" in text

    def test_it_says_what_marks_keep_a_paper_out(self, client: Client, papers: list[Paper]) -> None:
        user = make_user()
        user.votes.create(paper=papers[0])
        client.force_login(user)
        assert own(client, "other") == ["P1", "P2"]

    def test_what_trends_keeps_its_own_reason(self, client: Client, papers: list[Paper]) -> None:
        client.force_login(make_user())
        text = page(client)
        assert "+9 upvotes today" in text
        assert "offered too" not in text

    def test_a_withdrawn_paper_is_not_shown(self, client: Client, papers: list[Paper]) -> None:
        Paper.objects.filter(pk=papers[0].pk).update(withdrawn_at=NOON)
        client.force_login(make_user())
        assert own(client, "other") == ["P1", "P2"]

    def test_a_visitor_has_none(self, client: Client, papers: list[Paper]) -> None:
        assert client.get("/").context["front"].sections == []


@pytest.mark.parametrize("is_reader", [True, False])
def test_more_papers_take_no_query_more(client: Client, is_reader: bool) -> None:
    if is_reader:
        user = make_user()
        make_follow(user=user, query="cat:cs.CL")
        client.force_login(user)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        return len(queries)

    for number in range(FOR_READERS + 1):
        make_new(f"N{number}")
    few = count()
    for number in range(12):
        make_new(f"M{number}")
    assert count() == few


class TestNewInMine:
    def test_it_lists_each_paper_of_the_day_once(self, client: Client, reader: User) -> None:
        make_follow(user=reader, query="cat:cs.LG")
        make_announcement(paper=make_new("Both"), category="cs.LG", kind="cross")
        make_announcement(category="cs.LG", kind="replace")
        make_announcement(category="cs.CV")
        items = client.get("/new/mine/").context["page"].items
        assert [paper.title for paper in items] == ["Both"]

    def test_the_best_liked_comes_first(self, client: Client, reader: User) -> None:
        make_new("Quiet")
        loud = make_new("Loud")
        make_signal(loud, 9)
        trending.update([loud.pk], today=DAY)
        make_new("Newer")
        items = client.get("/new/mine/").context["page"].items
        assert [paper.title for paper in items] == ["Loud", "Newer", "Quiet"]

    def test_a_visitor_is_asked_to_log_in(self, client: Client) -> None:
        assert client.get("/new/mine/").headers["Location"].startswith("/accounts/login/")

    def test_without_categories_it_says_how_to_have_some(self, client: Client) -> None:
        make_announcement()
        client.force_login(make_user())
        assert "No categories yet" in page(client, "/new/mine/")

    def test_without_papers_it_says_so(self, client: Client, reader: User) -> None:
        assert "No papers yet" in page(client, "/new/mine/")

    def test_more_papers_take_no_query_more(self, client: Client, reader: User) -> None:
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get("/new/mine/")
            return len(queries)

        make_new("One")
        few = count()
        for number in range(5):
            make_new(f"N{number}")
        assert count() == few
