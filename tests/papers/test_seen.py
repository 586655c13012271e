from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.digest import readers
from accounts.models import User
from papers import seen, trending
from papers.merging import merge
from papers.models import Paper, SeenPaper
from papers.search.follower import index_now
from readinglists import sharing
from tests.factories import (
    make_announcement,
    make_entry,
    make_follow,
    make_match,
    make_paper,
    make_reading_list,
    make_signal,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper() -> Paper:
    return make_paper(arxiv_id="2603.00141")


@pytest.fixture
def reader(client: Client) -> User:
    user = make_user()
    client.force_login(user)
    return user


def press(client: Client, paper: Paper, is_seen: str = "1", **more: str) -> int:
    data = {"seen": is_seen, **more}
    return client.post(f"/paper/number/{paper.pk}/seen/", data).status_code


def test_a_button_marks_a_paper_as_seen(client: Client, reader: User, paper: Paper) -> None:
    press(client, paper)
    press(client, paper)
    assert seen.seen_ids(reader) == {paper.pk}
    assert 'id="seen-' in client.get("/").content.decode()


def test_and_takes_it_back(client: Client, reader: User, paper: Paper) -> None:
    press(client, paper)
    press(client, paper, "0")
    assert seen.seen_ids(reader) == set()


def test_nobody_else_sees_it(client: Client, reader: User, paper: Paper) -> None:
    seen.set_seen(make_user(), [paper.pk], seen=True)
    page = client.get("/").content.decode()
    assert f'id="seen-{paper.pk}" class="seen-button"' in page
    assert 'aria-pressed="true"' not in page


def test_htmx_gets_the_button_alone(client: Client, reader: User, paper: Paper) -> None:
    answer = client.post(
        f"/paper/number/{paper.pk}/seen/", {"seen": "1"}, headers={"HX-Request": "true"}
    )
    assert answer.content.decode().strip().startswith(f'<button id="seen-{paper.pk}"')
    assert 'aria-pressed="true"' in answer.content.decode()


@pytest.mark.promise(31)
@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example/", "javascript:x"])
@pytest.mark.parametrize("path", ["/paper/number/{}/seen/", "/seen/", "/seen/hide/"])
def test_it_never_leads_to_another_site(
    client: Client, reader: User, paper: Paper, path: str, address: str
) -> None:
    answer = client.post(path.format(paper.pk), {"seen": "1", "next": address})
    assert answer.headers["Location"] in ("/", paper.get_absolute_url())


@pytest.mark.parametrize("path", ["/paper/number/{}/seen/", "/seen/", "/seen/hide/"])
def test_looking_marks_nothing(client: Client, reader: User, paper: Paper, path: str) -> None:
    assert client.get(path.format(paper.pk)).status_code == 405
    for address in ("/", paper.get_absolute_url(), "/search/?q=paper"):
        client.get(address)
    assert SeenPaper.objects.count() == 0


@pytest.mark.parametrize("path", ["/paper/number/{}/seen/", "/seen/", "/seen/hide/"])
def test_signed_out_visitor_is_asked_to_log_in(client: Client, paper: Paper, path: str) -> None:
    answer = client.post(path.format(paper.pk), {"seen": "1", "hidden": "1"})
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert SeenPaper.objects.count() == 0


@pytest.mark.promise(29)
@pytest.mark.parametrize("path", ["/paper/number/{}/seen/", "/seen/", "/seen/hide/"])
def test_without_the_token_it_is_refused(paper: Paper, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    assert client.post(path.format(paper.pk), {"seen": "1"}).status_code == 403


def test_a_paper_that_is_gone_is_not_found(client: Client, reader: User, paper: Paper) -> None:
    Paper.objects.all().delete()
    assert press(client, paper) == 404


def test_a_whole_page_is_marked_at_once(client: Client, reader: User) -> None:
    papers = [make_paper() for _ in range(3)]
    page = client.get("/").content.decode()
    value = page.partition('name="papers" value="')[2].partition('"')[0]
    client.post("/seen/", {"papers": value})
    assert seen.seen_ids(reader) == {paper.pk for paper in papers}


@pytest.mark.parametrize(
    "papers",
    ["", "x", "1,2,3", "-1", "9" * 400, ",,,", "\uff11,\uff12", "1" + ",1" * 5_000, "\x00"],
)
def test_numbers_that_mean_no_paper_do_no_harm(client: Client, reader: User, papers: str) -> None:
    assert client.post("/seen/", {"papers": papers}).status_code == 302
    assert SeenPaper.objects.count() == 0


def test_at_most_a_hundred_are_marked_at_once(reader: User) -> None:
    papers = Paper.objects.bulk_create(Paper(title=f"P{number}") for number in range(101))
    assert seen.set_seen(reader, [paper.pk for paper in papers], seen=True) == 100


def test_of_two_papers_that_are_one_it_stays_seen_once(reader: User) -> None:
    kept, gone = make_paper(), make_paper(arxiv_id=None)
    seen.set_seen(reader, [kept.pk, gone.pk], seen=True)
    merge(kept.pk, gone.pk)
    assert SeenPaper.objects.get().paper_id == kept.pk


class TestHiding:
    @pytest.fixture(autouse=True)
    def _on_the_day(self, settings: Settings, tmp_path: Path) -> Iterator[None]:
        settings.SEARCH_INDEX = tmp_path / "index"
        with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
            yield

    @pytest.fixture
    def two(self, client: Client, reader: User) -> tuple[Paper, Paper]:
        """One seen, one not, and the reader hides what they saw."""
        old, new = (make_paper(title=f"Kestrels {name}") for name in ("seen", "unseen"))
        for paper in (old, new):
            make_announcement(paper=paper)
            make_signal(paper, 9)
        client.post("/seen/", {"papers": str(old.pk)})
        client.post("/seen/hide/", {"hidden": "1"})
        return old, new

    def shown(self, client: Client, address: str) -> list[str]:
        page = client.get(address).content.decode()
        return [name for name in ("seen", "unseen") if f"Kestrels {name}</a>" in page]

    @pytest.mark.parametrize(
        "address",
        [
            "/",
            "/trending/",
            "/trending/week/",
            "/trending/rising/",
            "/trending/now/cs.LG/",
            "/new/cs.LG/2026-03-02/",
        ],
    )
    def test_lists_leave_out_what_was_seen(
        self, client: Client, two: tuple[Paper, Paper], address: str
    ) -> None:
        assert self.shown(client, address) == ["unseen"]
        client.post("/seen/hide/", {"hidden": "0"})
        assert self.shown(client, address) == ["seen", "unseen"]

    def test_so_do_past_days(self, client: Client, two: tuple[Paper, Paper]) -> None:
        trending.roll(now=datetime(2026, 3, 3, 12, tzinfo=UTC))
        with time_machine.travel(datetime(2026, 3, 3, 12, tzinfo=UTC), tick=False):
            assert self.shown(client, "/trending/2026-03-02/") == ["unseen"]

    def test_so_do_followed_searches(
        self, client: Client, reader: User, two: tuple[Paper, Paper]
    ) -> None:
        follow = make_follow(user=reader, query="kestrels")
        for paper in two:
            make_match(follow=follow, paper=paper)
        assert self.shown(client, f"/follows/{follow.pk}/") == ["unseen"]

    def test_so_do_reading_lists_and_shared_ones(
        self, client: Client, reader: User, two: tuple[Paper, Paper]
    ) -> None:
        reading_list = make_reading_list(owner=reader)
        for paper in two:
            make_entry(reading_list=reading_list, paper=paper)
        key = sharing.key_of(sharing.make_link(reading_list))
        for address in (f"/lists/{reading_list.pk}/", f"/l/{key}/"):
            assert self.shown(client, address) == ["unseen"]
            assert "Papers you have seen are hidden." in client.get(address).content.decode()

    def test_a_visitor_of_a_shared_list_sees_all(
        self, reader: User, two: tuple[Paper, Paper]
    ) -> None:
        reading_list = make_reading_list(owner=reader)
        for paper in two:
            make_entry(reading_list=reading_list, paper=paper)
        key = sharing.key_of(sharing.make_link(reading_list))
        assert self.shown(Client(), f"/l/{key}/") == ["seen", "unseen"]

    @pytest.mark.parametrize("address", ["/", "/trending/", "/trending/week/"])
    def test_where_all_is_hidden_the_page_says_so(
        self, client: Client, two: tuple[Paper, Paper], address: str
    ) -> None:
        client.post("/seen/", {"papers": ",".join(str(paper.pk) for paper in two)})
        page = client.get(address).content.decode()
        assert "Nothing here that you have not seen" in page
        assert "Nobody showed interest" not in page

    def test_pages_stay_full(self, client: Client, reader: User) -> None:
        papers = [make_paper(title=f"P{number:02}") for number in range(30)]
        seen.set_seen(reader, [paper.pk for paper in papers[-10:]], seen=True)
        seen.set_hidden(reader, hidden=True)
        page = client.get("/trending/").context["page"]
        assert [paper.title for paper in page.items] == [f"P{n:02}" for n in range(19, -1, -1)]
        assert not page.has_next

    def test_it_takes_no_query_more_for_more_papers(self, client: Client, reader: User) -> None:
        seen.set_hidden(reader, hidden=True)

        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get("/")
            return len(queries)

        make_paper()
        few = count()
        papers = [make_paper() for _ in range(12)]
        seen.set_seen(reader, [paper.pk for paper in papers[:6]], seen=True)
        assert count() == few

    def test_readers_choice_is_theirs_alone(self, client: Client, two: tuple[Paper, Paper]) -> None:
        other = Client()
        other.force_login(make_user())
        assert self.shown(other, "/") == ["seen", "unseen"]

    def test_it_goes_with_the_reader(self, reader: User, two: tuple[Paper, Paper]) -> None:
        elsewhere = Client()
        elsewhere.force_login(reader)
        assert self.shown(elsewhere, "/") == ["unseen"]


@pytest.mark.django_db(transaction=True)
class TestSearch:
    @pytest.fixture(autouse=True)
    def index(self, settings: Settings, tmp_path: Path) -> None:
        settings.SEARCH_INDEX = tmp_path / "index"

    @pytest.fixture
    def two(self, client: Client) -> tuple[Paper, Paper]:
        reader = make_user()
        client.force_login(reader)
        old, new = (make_paper(title=f"Kestrel {name}") for name in ("seen", "unseen"))
        index_now()
        seen.set_seen(reader, [old.pk], seen=True)
        return old, new

    def found(self, client: Client, text: str) -> tuple[set[str], int]:
        context = client.get("/search/", {"q": text}).context
        return {each.paper.title for each in context["results"]}, context["result"].total

    @pytest.mark.parametrize(
        ("text", "title"),
        [("kestrel is:seen", "Kestrel seen"), ("kestrel -is:seen", "Kestrel unseen")],
    )
    def test_it_can_be_asked_for(
        self, client: Client, two: tuple[Paper, Paper], text: str, title: str
    ) -> None:
        assert self.found(client, text) == ({title}, 1)

    def test_results_leave_out_what_was_seen_and_their_count_too(
        self, client: Client, two: tuple[Paper, Paper]
    ) -> None:
        client.post("/seen/hide/", {"hidden": "1"})
        assert self.found(client, "kestrel") == ({"Kestrel unseen"}, 1)
        assert client.get("/search/", {"q": "kestrel"}).context["query_text"] == "kestrel"

    def test_who_asks_for_what_was_seen_gets_it(
        self, client: Client, two: tuple[Paper, Paper]
    ) -> None:
        client.post("/seen/hide/", {"hidden": "1"})
        assert self.found(client, "kestrel is:seen") == ({"Kestrel seen"}, 1)

    def test_other_readers_find_all(self, client: Client, two: tuple[Paper, Paper]) -> None:
        client.post("/seen/hide/", {"hidden": "1"})
        other = Client()
        other.force_login(make_user())
        assert self.found(other, "kestrel")[1] == self.found(Client(), "kestrel")[1] == 2


def test_what_was_seen_is_not_mailed() -> None:

    user = make_user()
    paper = make_paper()
    seen.set_seen(user, [paper.pk], seen=True)
    now = datetime.now(UTC)
    (reader,) = readers.read([user], now)
    assert reader.had == {paper.pk}
    (later,) = readers.read([user], now + timedelta(days=readers.REMEMBERED_DAYS + 1))
    assert later.had == frozenset()
