import json
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from unittest.mock import Mock

import pytest
from django.db import DataError
from django.utils import timezone
from pytest_django import Settings

from papers import refresh, tasks
from papers.feeds import huggingface
from papers.feeds.fetch import FetchedResponse
from papers.feeds.records import FeedError
from papers.models import (
    Announcement,
    AnswerCount,
    Batch,
    FetchedDocument,
    Paper,
    PaperStats,
    Source,
)
from papers.source_turns import claim
from tests.factories import make_announcement, make_paper, make_source
from tests.origin import Origin
from tests.origin.samples import make_batch, make_hf_item

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)  # noon in New York


@pytest.fixture
def origin(settings: Settings) -> Iterator[Origin]:
    papers = make_batch(day=MONDAY, count=5, categories=("cs.CL", "cs.AI"))
    with Origin(papers=papers, day=MONDAY, hf_lists={MONDAY: [make_hf_item()]}) as running:
        for name, value in running.settings.items():
            setattr(settings, name, value)
        yield running


@pytest.fixture
def arxiv() -> Source:
    return make_source(kind=Source.Kind.ARXIV_RSS, key="cs.CL")


def read(source: Source, now: datetime = NOON) -> refresh.Outcome:
    source.refresh_from_db()
    return refresh.refresh(source, now=now)


def test_a_feed_becomes_papers_announced_that_day(origin: Origin, arxiv: Source) -> None:
    assert read(arxiv).result.created == 5
    assert Announcement.objects.on(MONDAY, "cs.CL").count() == 5
    assert Paper.objects.newest_announcement_day() == MONDAY


def test_the_ledger_says_how_many_came(origin: Origin, arxiv: Source) -> None:
    read(arxiv)
    batch = Batch.objects.get()
    assert (batch.received, batch.rejected, batch.state) == (5, 0, Batch.State.UNKNOWN)


def test_a_list_becomes_signals(origin: Origin) -> None:
    outcome = read(make_source())
    assert outcome.error == ""
    assert PaperStats.objects.get().upvotes == 12


@pytest.mark.promise(19)
def test_the_second_time_only_what_is_new_is_asked_for(origin: Origin, arxiv: Source) -> None:
    read(arxiv)
    assert read(arxiv, NOON + timedelta(hours=1)).result.received == 0
    assert "If-None-Match" in origin.requests[-1].headers


@pytest.mark.promise(26)
def test_reading_again_stores_nothing_twice(origin: Origin, arxiv: Source) -> None:
    read(arxiv)
    Source.objects.update(etag="", last_modified="")
    again = read(arxiv).result
    assert (again.received, again.created, again.changed) == (5, 0, 0)
    assert Announcement.objects.count() == 5


def test_yesterdays_answer_under_todays_date_announces_nothing(
    origin: Origin, arxiv: Source
) -> None:
    read(arxiv)
    Source.objects.update(etag="", last_modified="")
    read(arxiv, NOON + timedelta(days=1))
    assert not Announcement.objects.filter(announced_on__gt=MONDAY).exists()
    assert Batch.objects.get(announced_on__gt=MONDAY).state == Batch.State.LATE


def test_an_old_copy_of_a_feed_is_of_its_own_day(origin: Origin, arxiv: Source) -> None:
    late = NOON + timedelta(days=21)
    read(arxiv, now=late)
    assert Announcement.objects.on(MONDAY, "cs.CL").count() == 5
    assert not Announcement.objects.on(late.date(), "cs.CL").exists()
    assert Batch.objects.get(announced_on=late.date()).received == 0


def test_an_old_copy_announces_nothing_that_came_before_it(origin: Origin, arxiv: Source) -> None:
    read(arxiv, now=NOON - timedelta(days=1))
    arxiv.etag = arxiv.last_modified = ""
    arxiv.save()
    read(arxiv, now=NOON + timedelta(days=21))
    assert not Announcement.objects.on(MONDAY, "cs.CL").exists()


def test_a_weekend_is_an_empty_batch_and_no_failure(origin: Origin, arxiv: Source) -> None:
    origin.day = date(2026, 3, 7)
    assert read(arxiv, datetime(2026, 3, 7, 17, tzinfo=UTC)).error == ""
    assert Batch.objects.get().state == Batch.State.NONE_TODAY


@pytest.mark.parametrize(
    ("path", "body"),
    [("/rss", b"<html><h1>Sorry</h1></html>"), ("/rss", b"\x00\xff nonsense"), ("/rss", b"{}")],
)
def test_what_is_no_feed_leaves_the_source_failing_in_words(
    origin: Origin, arxiv: Source, path: str, body: bytes
) -> None:
    origin.fail_next(status=200, body=body, path=path)
    read(arxiv)
    arxiv.refresh_from_db()
    assert arxiv.state == Source.State.FAILING
    assert "did not answer with a feed" in arxiv.last_error
    assert not FetchedDocument.objects.exists()


@pytest.mark.parametrize("odd", ["\x00", "\ud800"])
def test_one_item_that_cannot_be_quoted_does_not_lose_the_list(origin: Origin, odd: str) -> None:
    items = [make_hf_item(), {"paper": {"id": odd, "title": "Odd"}}]
    origin.fail_next(status=200, body=json.dumps(items).encode(), times=9)
    assert read(make_source()).error == ""
    assert PaperStats.objects.get().upvotes == 12
    assert "Item 2" in Batch.objects.latest("announced_on").problems[0]


def test_an_entry_whose_name_cannot_be_stored_is_in_the_ledger(
    origin: Origin, settings: Settings
) -> None:
    title, doi = "<title>Mills</title>", f"<guid>doi:10.1000/{'x' * 400}</guid>"
    body = f'<rss version="2.0"><channel><item>{title}{doi}</item></channel></rss>'.encode()
    origin.fail_next(status=200, body=body)
    read(make_source(kind=Source.Kind.SYNDICATION, key=f"http://{origin.host}/rss/cs.CL"))
    batch = Batch.objects.get()
    assert batch.rejected == 1
    assert "“Mills” was left out" in batch.problems[0]


@pytest.mark.parametrize(
    ("key", "state"),
    [("", "failing"), ("trending", "failing"), ("week", "ok"), ("month", "ok")],
)
def test_a_refusal_is_taken_for_a_list_not_open_yet_only_where_one_may_be(
    origin: Origin, key: str, state: str
) -> None:
    """MONDAY is the second of its month. A question that is refused for ever is no success."""
    origin.fail_next(status=400, times=99)
    source = make_source(key=key)
    read(source)
    source.refresh_from_db()
    assert source.state == state


def test_a_worker_that_lost_its_turn_asks_for_no_further_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def fetch_day(day: date, *, page: int) -> FetchedResponse:
        asked.append(page)
        Source.objects.update(lease_token=uuid.uuid4())
        return FetchedResponse(200, b"[]", "https://example.org/", next_url="https://example.org/2")

    monkeypatch.setattr(huggingface, "fetch_day", fetch_day)
    source = claim(make_source(next_due_at=NOON).pk, now=NOON)
    assert source is not None
    refresh.fetch_documents(source, now=NOON)
    assert asked == [0]


def test_a_host_that_cannot_be_reached_is_not_asked_for_the_other_days(settings: Settings) -> None:
    settings.HUGGINGFACE_URL = "http://127.0.0.1:9/list"
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:9"]
    assert "could not be reached" in read(make_source()).error
    assert AnswerCount.objects.get().answers == 1


def test_a_list_of_today_that_is_not_open_yet_is_no_failure(origin: Origin) -> None:
    source = make_source(last_success_at=NOON)
    origin.day = MONDAY - timedelta(days=1)
    assert read(source).error == ""


def test_what_is_no_json_leaves_the_source_failing_in_words(origin: Origin) -> None:
    source = make_source()
    origin.fail_next(status=200, body=b"<html>", times=9)
    read(source)
    source.refresh_from_db()
    assert source.state == Source.State.FAILING
    assert "JSON" in source.last_error


def test_a_source_that_answers_again_works_again(origin: Origin, arxiv: Source) -> None:
    origin.fail_next(status=500)
    read(arxiv)
    read(arxiv, NOON + timedelta(hours=1))
    arxiv.refresh_from_db()
    assert (arxiv.state, arxiv.failures, arxiv.last_error) == (Source.State.OK, 0, "")


@pytest.mark.promise(20)
def test_it_is_tried_again_later_and_later(origin: Origin, arxiv: Source) -> None:
    waits = []
    for hour in range(4):
        origin.fail_next(status=500)
        read(arxiv, NOON + timedelta(hours=hour))
        arxiv.refresh_from_db()
        waits.append(arxiv.next_due_at - NOON - timedelta(hours=hour))
    assert waits == sorted(waits)
    assert timedelta(minutes=60) <= waits[0] <= timedelta(minutes=66)
    assert waits[3] > timedelta(minutes=30)


@pytest.mark.promise(20)
def test_what_cannot_be_read_is_asked_for_later_and_later(origin: Origin, arxiv: Source) -> None:
    for hours in (0, 2):
        origin.fail_next(status=200, body=b"<html>Sorry</html>", path="/rss")
        read(arxiv, NOON + timedelta(hours=hours))
    arxiv.refresh_from_db()
    assert arxiv.failures == 2
    assert arxiv.next_due_at >= NOON + timedelta(hours=4)


@pytest.mark.promise(20)
def test_it_is_left_alone_as_long_as_it_asks(origin: Origin, arxiv: Source) -> None:
    origin.fail_next(status=503, retry_after=7200)
    read(arxiv)
    arxiv.refresh_from_db()
    assert arxiv.next_due_at == NOON + timedelta(hours=2)


def test_a_host_whose_turn_has_not_come_is_no_failure(origin: Origin, arxiv: Source) -> None:
    origin.fail_next(status=503, retry_after=7200)
    read(arxiv)
    other = make_source(kind=Source.Kind.ARXIV_RSS, key="cs.AI")
    assert isinstance(refresh.fetch_documents(other, now=NOON).error, FeedError)
    other.refresh_from_db()
    assert other.state == Source.State.NEW
    assert other.next_due_at > NOON


def test_only_one_worker_gets_the_turn(arxiv: Source) -> None:
    Source.objects.update(next_due_at=NOON)
    assert claim(arxiv.pk, now=NOON) is not None
    assert claim(arxiv.pk, now=NOON) is None


@pytest.mark.promise(48)
def test_the_turn_of_a_worker_that_is_gone_is_anybodys(arxiv: Source) -> None:
    Source.objects.update(next_due_at=NOON)
    claim(arxiv.pk, now=NOON)
    Source.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert claim(arxiv.pk, now=NOON) is not None


def test_a_worker_that_lost_its_turn_changes_nothing(origin: Origin, arxiv: Source) -> None:
    Source.objects.update(next_due_at=NOON)
    frozen = claim(arxiv.pk, now=NOON)
    assert frozen is not None
    Source.objects.update(lease_token=uuid.uuid4())
    assert refresh.fetch_documents(frozen, now=NOON).documents == []
    arxiv.refresh_from_db()
    assert arxiv.next_due_at == NOON


def test_pausing_a_source_while_it_is_read_holds(origin: Origin, arxiv: Source) -> None:
    fetched = refresh.fetch_documents(arxiv, now=NOON)
    Source.objects.update(is_active=False)
    refresh.store_document(fetched.documents[0])
    arxiv.refresh_from_db()
    assert (arxiv.is_active, arxiv.state) == (False, Source.State.OK)


def test_one_bad_day_of_a_list_stops_no_other(origin: Origin) -> None:
    source = make_source()
    origin.fail_next(status=500, path="/api/daily_papers")
    outcome = read(source)
    assert PaperStats.objects.get().upvotes == 12
    source.refresh_from_db()
    assert source.state == Source.State.FAILING
    assert "500" in outcome.error


def test_a_site_that_was_away_asks_for_the_days_it_missed(origin: Origin) -> None:
    source = make_source(last_success_at=NOON - timedelta(days=6))
    read(source)
    asked = [request.path for request in origin.requests]
    assert len(asked) == 9
    assert any("date=2026-02-24" in path for path in asked)


def test_only_what_a_category_listed_before_is_not_announced_again(
    origin: Origin, arxiv: Source
) -> None:
    paper = make_paper(arxiv_id="2603.00001", announced_on=date(2026, 2, 27))
    make_announcement(paper=paper, category="cs.CL", on=date(2026, 2, 27))
    read(arxiv)
    announced = Announcement.objects.filter(announced_on=MONDAY)
    assert announced.count() == 4
    assert not announced.filter(paper=paper).exists()


@pytest.mark.parametrize(("days", "is_announced"), [(7, False), (8, True)])
def test_a_week_later_a_paper_may_be_announced_again(
    origin: Origin, arxiv: Source, days: int, is_announced: bool
) -> None:
    earlier = MONDAY - timedelta(days=days)
    paper = make_paper(arxiv_id="2603.00001", announced_on=earlier)
    make_announcement(paper=paper, category="cs.CL", on=earlier)
    read(arxiv)
    assert paper.announcements.filter(announced_on=MONDAY).exists() is is_announced


def test_a_whole_archive_has_its_ledger_and_its_guard(origin: Origin) -> None:
    archive = make_source(kind=Source.Kind.ARXIV_RSS, key="cs")
    read(archive)
    assert Batch.objects.get().received == 5
    Source.objects.update(etag="", last_modified="")
    read(archive, NOON + timedelta(days=1))
    assert not Announcement.objects.filter(announced_on__gt=MONDAY).exists()


def test_an_answer_that_cannot_be_stored_is_kept_and_said(
    origin: Origin, arxiv: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = refresh.fetch_documents(arxiv, now=NOON).documents[0]
    monkeypatch.setattr(refresh, "ingest", Mock(side_effect=DataError("value too long")))
    tasks.ingest_document(document.pk)
    arxiv.refresh_from_db()
    assert arxiv.state == Source.State.FAILING
    assert "could not be stored: value too long" in arxiv.last_error
    assert FetchedDocument.objects.get().attempts == 1


def test_a_source_that_is_not_due_is_not_read(arxiv: Source) -> None:
    Source.objects.update(next_due_at=NOON + timedelta(minutes=1))
    assert claim(arxiv.pk, now=NOON) is None


def test_a_paper_cross_listed_later_is_announced_in_the_other_category_too(
    origin: Origin, arxiv: Source
) -> None:
    paper = make_paper(arxiv_id="2603.00001", announced_on=date(2026, 2, 27))
    make_announcement(paper=paper, category="cs.LG", on=date(2026, 2, 27))
    read(arxiv)
    assert paper.announcements.filter(category_id="cs.CL", announced_on=MONDAY).exists()


def test_a_feed_added_today_does_not_take_over_today(origin: Origin) -> None:
    """Its undated entries may be years old; what it brings later is of the day it was found."""
    item = "<item><title>Mills {0}</title><link>https://example.org/{0}</link></item>"
    source = make_source(kind=Source.Kind.SYNDICATION, key=f"http://{origin.host}/rss/cs.CL")
    for count, now in ((1, NOON), (2, NOON + timedelta(days=1))):
        entries = "".join(item.format(number) for number in range(count))
        body = f'<rss version="2.0"><channel>{entries}</channel></rss>'.encode()
        origin.fail_next(status=200, body=body)
        read(source, now=now)
    days = Paper.objects.order_by("url").values_list("announced_on", flat=True)
    assert list(days) == [None, MONDAY + timedelta(days=1)]
