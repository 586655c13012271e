from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from papers import trials
from papers.models import AnswerCount, Batch, HostGate, Source
from papers.trials import Trial
from tests.factories import DAY, make_source, make_user

pytestmark = pytest.mark.django_db

FEED = "https://journal.example.org/feed"
ACTS = ["change", "pause", "resume", "test", "try", "remove"]


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_user(is_staff=True))
    return client


@pytest.fixture
def source() -> Source:
    return make_source(kind="syndication", key=FEED, title="The Journal")


def make_batch(*, source: Source, **fields: object) -> Batch:
    return Batch.objects.create(
        source=source, announced_on=DAY, updated_at="2026-03-02T12:00Z", **fields
    )


def page(client: Client, source: Source) -> str:
    return client.get(f"/sources/{source.pk}/").content.decode()


def test_the_list_groups_by_kind_and_says_how_each_is_doing(admin: Client, source: Source) -> None:
    make_source(state="failing", last_error="huggingface.co answered with HTTP 500.", failures=3)
    make_source(kind="arxiv_rss", key="cs.LG", is_active=False)
    shown = admin.get("/sources/").content.decode()
    assert shown.index("Hugging Face Daily Papers") < shown.index("RSS or Atom feed")
    assert "huggingface.co answered with HTTP 500." in shown
    assert "paused" in shown
    assert "not read yet" in shown


def test_the_list_says_how_much_a_host_sent_today(admin: Client, source: Source) -> None:
    today = timezone.now().date()
    for outcome in ("200", "304"):
        AnswerCount.objects.create(
            host="journal.example.org:443", day=today, outcome=outcome, received_bytes=1024
        )
    assert "2.0\xa0KB" in admin.get("/sources/").content.decode()


def test_the_list_asks_the_database_as_often_for_many_sources(
    admin: Client, django_assert_max_num_queries: object
) -> None:
    for n in range(20):
        make_source(kind="syndication", key=f"https://example.org/{n}")
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        admin.get("/sources/")


def test_a_page_shows_what_the_source_brought_and_why_something_was_left_out(
    admin: Client, source: Source
) -> None:
    make_batch(source=source, received=95, expected=108, rejected=1, problems=["Item 3: no title."])
    assert "95 / 108" in page(admin, source)
    assert "Item 3: no title." in page(admin, source)


@pytest.mark.parametrize("address", ["", "1/", "1/remove/", "add/", "import/", "feeds.opml"])
def test_to_everybody_else_the_pages_are_not_there(client: Client, address: str) -> None:
    make_source(pk=1)
    assert client.get(f"/sources/{address}").status_code == 404
    client.force_login(make_user())
    response = client.get(f"/sources/{address}")
    assert response.status_code == 404
    assert "There is no page at this address." in response.content.decode()


@pytest.mark.parametrize("act", ACTS)
def test_a_reader_changes_nothing(client: Client, source: Source, act: str) -> None:
    client.force_login(make_user())
    before = Source.objects.values().get()
    assert client.post(f"/sources/{source.pk}/{act}/", {"title": "Mine"}).status_code == 404
    assert Source.objects.values().get() == before


@pytest.mark.promise(30)
@pytest.mark.parametrize("act", ACTS)
def test_opening_an_address_changes_nothing(admin: Client, source: Source, act: str) -> None:
    before = Source.objects.values().get()
    status = admin.get(f"/sources/{source.pk}/{act}/").status_code
    assert status == (200 if act == "remove" else 405)
    assert Source.objects.values().get() == before


@pytest.mark.parametrize("act", ACTS)
def test_a_source_that_is_not_there_is_not_found(admin: Client, act: str) -> None:
    assert admin.post(f"/sources/77/{act}/").status_code == 404


def test_name_and_interval_are_changed(admin: Client, source: Source) -> None:
    fields = {"title": " The  Other Journal ", "interval_minutes": "240"}
    admin.post(f"/sources/{source.pk}/change/", fields)
    source.refresh_from_db()
    assert (source.title, source.interval_minutes) == ("The Other Journal", 240)


@pytest.mark.promise(19)
@pytest.mark.parametrize("minutes", ["59", "0", "-5", "99999999", "often"])
def test_an_interval_under_an_hour_is_refused_and_what_was_typed_stays(
    admin: Client, source: Source, minutes: str
) -> None:
    fields = {"title": "Another", "interval_minutes": minutes}
    response = admin.post(f"/sources/{source.pk}/change/", fields)
    assert response.status_code == 422
    assert 'value="Another"' in response.content.decode()
    source.refresh_from_db()
    assert (source.title, source.interval_minutes) == ("The Journal", None)


def test_a_source_is_paused_and_resumed(admin: Client, source: Source) -> None:
    response = admin.post(f"/sources/{source.pk}/pause/", follow=True)
    assert "it is not read until you resume it" in response.content.decode()
    assert not Source.objects.get().is_active
    admin.post(f"/sources/{source.pk}/resume/")
    assert Source.objects.get().is_active


def test_try_now_makes_it_due(admin: Client, source: Source) -> None:
    Source.objects.update(next_due_at=timezone.now() + timedelta(hours=8))
    response = admin.post(f"/sources/{source.pk}/try/", follow=True)
    assert "is read within a minute" in response.content.decode()
    assert Source.objects.get().next_due_at <= timezone.now()


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [("/status/", "/status/"), ("//evil.example.org/", "own"), ("", "own")],
)
def test_try_now_leads_back_to_where_it_was_pressed(
    admin: Client, source: Source, asked: str, led_to: str
) -> None:
    response = admin.post(f"/sources/{source.pk}/try/", {"next": asked})
    own = f"/sources/{source.pk}/"
    assert response["Location"] == (own if led_to == "own" else led_to)


@pytest.mark.promise(20)
def test_try_now_waits_while_the_host_asked_for_a_pause(admin: Client, source: Source) -> None:
    due = datetime(2099, 1, 1, tzinfo=UTC)
    Source.objects.update(next_due_at=due)
    HostGate.objects.create(host="journal.example.org:443", next_allowed_at=due)
    response = admin.post(f"/sources/{source.pk}/try/", follow=True)
    assert "asked to be left alone until 1 Jan" in response.content.decode()
    assert Source.objects.get().next_due_at == due


def test_a_test_shows_what_came_and_stores_nothing(
    admin: Client, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = Trial(works=True, words="2 papers.", titles=["A <b>bold</b> claim", "Another"])
    monkeypatch.setattr(trials, "try_source", lambda source, now: trial)
    before = Source.objects.values().get()
    shown = admin.post(f"/sources/{source.pk}/test/").content.decode()
    assert "A &lt;b&gt;bold&lt;/b&gt; claim" in shown
    assert "Nothing was stored." in shown
    assert Source.objects.values().get() == before


def test_a_test_by_htmx_is_a_part_of_the_page(
    admin: Client, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = Trial(works=False, words="It sent HTML instead of a feed.")
    monkeypatch.setattr(trials, "try_source", lambda source, now: trial)
    response = admin.post(f"/sources/{source.pk}/test/", headers={"HX-Request": "true"})
    assert "It sent HTML instead of a feed." in response.content.decode()
    assert "<html" not in response.content.decode()
    assert "HX-Request" in response["Vary"]


def test_a_test_waits_while_the_host_asked_for_a_pause(admin: Client, source: Source) -> None:
    HostGate.objects.create(
        host="journal.example.org:443", next_allowed_at=datetime(2099, 1, 1, tzinfo=UTC)
    )
    shown = admin.post(f"/sources/{source.pk}/test/").content.decode()
    assert "asked to be left alone until 1 Jan" in shown


def test_removing_asks_first_and_says_what_goes(admin: Client, source: Source) -> None:
    make_batch(source=source)
    asked = admin.get(f"/sources/{source.pk}/remove/").content.decode()
    assert "its ledger goes with it: 1 day" in asked
    admin.post(f"/sources/{source.pk}/remove/")
    assert not Source.objects.exists()
    assert not Batch.objects.exists()


def test_what_the_settings_name_is_paused_instead(admin: Client, settings: Settings) -> None:
    settings.ARXIV_CATEGORIES = ["cs.LG"]
    named = make_source(kind="arxiv_rss", key="cs.LG")
    assert "Pause it" in admin.get(f"/sources/{named.pk}/remove/").content.decode()
    response = admin.post(f"/sources/{named.pk}/remove/", follow=True)
    assert "it would be made again" in response.content.decode()
    assert Source.objects.filter(pk=named.pk).exists()
