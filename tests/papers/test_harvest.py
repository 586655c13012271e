import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import DataError
from django.utils import timezone
from pytest_django import Settings

from papers import documents, harvest, rounds
from papers.models import FetchedDocument, Harvest, Paper
from tests.origin import Origin
from tests.origin.samples import make_batch, make_origin_paper

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 1, 15), date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
BY_MONTH: dict[str, Any] = {"interface": "oai", "scope": "cs", "first_on": FIRST, "today": LAST}


@pytest.fixture
def origin(settings: Settings) -> Iterator[Origin]:
    settings.ARXIV_SPACING_SECONDS = 0.0
    papers = [
        paper
        for month, count in ((1, 6), (2, 3), (3, 5))
        for paper in make_batch(day=date(2026, month, 20 if month < 3 else 4), count=count)
    ]
    with Origin(papers=papers, day=LAST) as running:
        running.oai.page_size = 4
        for name, value in running.settings.items():
            setattr(settings, name, value)
        yield running


def begin(**changes: Any) -> Harvest:
    one = harvest.start_backfill(**(BY_MONTH | changes))
    Harvest.objects.update(next_due_at=NOW, started_at=NOW)
    return one


def step(one: Harvest, now: datetime = NOW) -> FetchedDocument | None:
    """One page: asked for and stored. None when it was not asked for, or did not come."""
    claimed = harvest.claim(one.pk, now=now)
    document = rounds.read_page(claimed, now=now) if claimed else None
    if document:
        taken = documents.claim_document(document.pk)
        assert taken is not None
        rounds.store(taken, now=now)
    one.refresh_from_db()
    return document


def read_all(one: Harvest, now: datetime = NOW) -> None:
    for _page in range(30):
        if not step(one, now):
            return
    raise AssertionError("It does not end.")


def test_everything_is_read_month_by_month(origin: Origin) -> None:
    one = begin()
    read_all(one)
    assert (one.state, one.received, one.created, one.pages) == ("done", 14, 14, 5)
    assert Paper.objects.count() == 14
    windows = [r.path for r in origin.requests if "from=" in r.path]
    assert [("until=2026-01-31" in path) for path in windows] == [True, False, False]


def test_a_restart_goes_on_where_it_was(origin: Origin) -> None:
    one = begin()
    step(one)
    assert (one.pages, one.window_first_on) == (1, FIRST)
    assert one.position
    read_all(Harvest.objects.get(pk=one.pk))
    assert Paper.objects.count() == 14


def test_a_page_whose_worker_was_killed_is_asked_for_again_after_the_lease(origin: Origin) -> None:
    one = begin()
    harvest.claim(one.pk, now=NOW)
    assert harvest.claim(one.pk, now=NOW) is None
    Harvest.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    read_all(one)
    assert one.state == "done"


def test_the_wait_for_a_process_killed_while_it_asked_is_no_work(origin: Origin) -> None:
    one = begin()
    harvest.claim(one.pk, now=NOW)
    Harvest.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    step(one, NOW + harvest.LEASE)
    assert (one.pages, one.busy_seconds) == (1, 0.0)


def test_the_wait_for_a_process_killed_while_it_stored_is_no_work(origin: Origin) -> None:
    one = begin()
    claimed = harvest.claim(one.pk, now=NOW)
    assert claimed is not None
    harvest.fetch_page(claimed, now=NOW + timedelta(seconds=7))
    FetchedDocument.objects.update(attempts=1)
    taken = documents.claim_document(one.documents.get().pk)
    assert taken is not None
    rounds.store(taken, now=NOW + harvest.LEASE)
    one.refresh_from_db()
    assert (one.pages, one.busy_seconds) == (1, 7.0)


def test_a_page_that_waits_to_be_stored_stops_the_next_request(origin: Origin) -> None:
    one = begin()
    claimed = harvest.claim(one.pk, now=NOW)
    assert claimed
    harvest.fetch_page(claimed, now=NOW)
    assert harvest.due(NOW) == []
    assert harvest.claim(one.pk, now=NOW) is None


def test_a_page_stored_twice_changes_nothing(origin: Origin) -> None:
    one = begin()
    claimed = harvest.claim(one.pk, now=NOW)
    assert claimed
    document = harvest.fetch_page(claimed, now=NOW)
    assert document
    copy = FetchedDocument(
        harvest=one, body=document.body, for_day=document.for_day, fetched_at=NOW
    )
    harvest.store_page(document, now=NOW)
    copy.save()
    assert harvest.store_page(copy, now=NOW).created == 0
    assert Paper.objects.count() == 4


def test_a_page_that_two_workers_stored_moves_on_once(origin: Origin) -> None:
    """The first was frozen past its lease; when it wakes, the next month is not to be left out."""
    one = begin()
    step(one)
    claimed = harvest.claim(one.pk, now=NOW)
    document = harvest.fetch_page(claimed, now=NOW) if claimed else None
    frozen = documents.claim_document(document.pk) if document else None
    FetchedDocument.objects.update(leased_until=None)
    other = documents.claim_document(document.pk) if document else None
    assert frozen
    assert other
    harvest.store_page(other, now=NOW)
    harvest.store_page(frozen, now=NOW)
    one.refresh_from_db()
    assert (one.pages, one.window_first_on) == (2, date(2026, 2, 1))


def test_a_worker_that_lost_its_turn_keeps_no_page(origin: Origin) -> None:
    one = begin()
    claimed = harvest.claim(one.pk, now=NOW)
    assert claimed
    Harvest.objects.update(lease_token=uuid.uuid4())
    assert harvest.fetch_page(claimed, now=NOW) is None
    assert not FetchedDocument.objects.exists()


def test_a_turn_taken_just_after_a_page_came_is_given_back(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page came between looking for one and taking the turn."""
    one = begin()
    make_page = partial(FetchedDocument.objects.create, harvest=one, body=b"", for_day=FIRST)
    token = uuid.uuid4()
    monkeypatch.setattr(uuid, "uuid4", lambda: make_page(fetched_at=NOW) and token)
    assert harvest.claim(one.pk, now=NOW) is None
    one.refresh_from_db()
    assert one.lease_token is None


def test_an_expired_token_begins_a_shorter_window_anew(origin: Origin) -> None:
    one = begin()
    step(one)
    Harvest.objects.update(position="a token of yesterday")
    assert step(one)
    assert (one.position, one.window_first_on) == ("", FIRST)
    assert one.window_last_on == date(2026, 1, 23)
    assert "resumption token" in one.last_error or "expired" in one.last_error
    read_all(one, one.next_due_at)
    assert (one.state, Paper.objects.count()) == ("done", 14)


def test_a_token_refused_by_http_begins_the_window_anew(origin: Origin) -> None:
    one = begin()
    step(one)
    origin.fail_next(status=404, path="/oai")
    assert step(one) is None
    assert (one.position, one.window_last_on) == ("", date(2026, 1, 23))
    read_all(one, one.next_due_at)
    assert (one.state, Paper.objects.count()) == ("done", 14)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('<error code="noRecordsMatch"/>', "sent an empty one"),
        (
            "<ListRecords><resumptionToken>here</resumptionToken></ListRecords>",
            "page leads to itself",
        ),
    ],
)
def test_a_next_page_that_brings_nothing_is_not_the_end(
    origin: Origin, content: str, words: str
) -> None:
    one = begin()
    step(one)
    token = one.position
    Harvest.objects.update(position="here")
    origin.fail_next(status=200, body=f"<OAI-PMH>{content}</OAI-PMH>".encode(), path="/oai")
    step(one)
    assert words in one.last_error
    Harvest.objects.update(position=token)
    read_all(one, one.next_due_at)
    assert (one.state, Paper.objects.count()) == ("done", 14)


def test_a_refusal_is_waited_out_as_long_as_it_asks(origin: Origin) -> None:
    one = begin()
    origin.fail_next(status=503, retry_after=900, path="/oai")
    assert step(one) is None
    assert one.next_due_at == NOW + timedelta(minutes=15)
    assert "503" in one.last_error


def test_what_is_no_answer_of_arxiv_is_said_and_asked_again(origin: Origin) -> None:
    one = begin()
    origin.fail_next(status=200, body=b"<html>Sorry</html>", path="/oai")
    step(one)
    assert (one.failures, one.state) == (1, "running")
    assert one.last_error
    assert one.next_due_at > NOW
    read_all(one, one.next_due_at)
    assert (one.state, one.last_error, one.failures) == ("done", "", 0)


def test_the_hour_after_the_announcement_is_kept_free(origin: Origin) -> None:
    one = begin()
    midnight = datetime(2026, 3, 11, 0, 20, tzinfo=UTC)
    assert step(one, midnight) is None
    assert one.next_due_at == datetime(2026, 3, 11, 1, tzinfo=UTC)
    assert origin.requests == []


def test_papers_of_earlier_months_are_left_out(settings: Settings) -> None:
    old = make_origin_paper(arxiv_id="2412.00001", first_seen=date(2026, 1, 20))
    new = make_origin_paper(arxiv_id="2601.00001", first_seen=date(2026, 1, 20))
    with Origin(papers=[old, new], day=LAST) as origin:
        for name, value in origin.settings.items():
            setattr(settings, name, value)
        one = begin(earliest_month=date(2026, 1, 1))
        read_all(one)
    assert [paper.arxiv_id for paper in Paper.objects.all()] == ["2601.00001"]
    assert one.left_out == 1


def test_what_cannot_be_stored_stays_and_is_said(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harvest, "ingest", Mock(side_effect=DataError("value too long")))
    one = begin()
    step(one)
    assert "could not be stored: value too long" in one.last_error
    assert FetchedDocument.objects.get().attempts == 1


def test_a_paused_one_waits_until_it_is_resumed(origin: Origin) -> None:
    one = begin()
    harvest.pause(one)
    assert harvest.due(NOW) == []
    harvest.resume(one)
    assert one.state == "running"
    assert harvest.due(timezone.now()) == [one.pk]


def test_a_stopped_one_keeps_what_it_brought_and_does_not_go_on(origin: Origin) -> None:
    one = begin()
    step(one)
    harvest.stop(one)
    harvest.resume(one)
    assert (one.state, Paper.objects.count()) == ("stopped", 4)
    assert step(one) is None


@pytest.mark.parametrize(
    "days",
    [
        {"first_on": date(1990, 1, 1)},
        {"first_on": date(2027, 1, 1)},
        {"last_on": date(2025, 1, 1)},
        {"scope": ""},
    ],
)
def test_days_that_make_no_sense_are_refused_in_words(days: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"days must lie|what to read"):
        begin(**days)


def test_progress_goes_by_days_and_guesses_the_rest() -> None:
    one = begin()
    assert harvest.progress(one, now=NOW).remaining is None
    Harvest.objects.update(window_first_on=date(2026, 2, 12), received=2800, busy_seconds=28.0)
    one.refresh_from_db()
    state = harvest.progress(one, now=NOW)
    assert (round(state.share, 2), state.records_a_second) == (0.51, 100.0)
    assert state.remaining is not None
    assert round(state.remaining.total_seconds()) == 27


def test_the_query_api_reads_a_category_by_submission(origin: Origin) -> None:
    one = begin(interface="api", scope="cs.CL")
    read_all(one)
    assert one.state == "done"
    assert Paper.objects.count() == 14


@pytest.mark.parametrize(("position", "last_day"), [("token", 16), ("", 31)])
def test_only_a_window_that_was_begun_is_halved(position: str, last_day: int) -> None:
    begun = Harvest(
        first_on=date(2026, 3, 1),
        last_on=date(2026, 3, 31),
        window_first_on=date(2026, 3, 1),
        window_last_on=date(2026, 3, 31),
        position=position,
    )
    assert harvest._halved(begun) == date(2026, 3, last_day)
