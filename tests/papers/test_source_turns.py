from datetime import UTC, datetime, timedelta

import pytest

from papers.feeds.records import FeedError, FetchError, ParseError
from papers.models import FetchedDocument, Source
from papers.source_turns import mark_failing, mark_working, next_due, next_try, validators
from tests.factories import make_source

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.mark.promise(19)
@pytest.mark.parametrize(
    ("own_minutes", "asked_seconds", "wait"),
    [
        (None, [], 2 * HOUR),
        (90, [], timedelta(minutes=90)),
        (5, [], HOUR),
        (90, [7_200.0, None], 2 * HOUR),
        (90, [None, 60.0, 10_800.0], 3 * HOUR),
        (90, [-5.0], timedelta(minutes=90)),
        (90, [9e9], DAY),
        (3_000, [60.0], timedelta(minutes=3_000)),
    ],
)
def test_a_source_is_not_read_sooner_than_anybody_asks(
    own_minutes: int | None, asked_seconds: list[float | None], wait: timedelta
) -> None:
    source = make_source(interval_minutes=own_minutes)
    due_at = next_due(source, usual=2 * HOUR, now=NOW, asked_seconds=asked_seconds)
    assert due_at == NOW + wait


def fail(source: Source, times: int, error: FeedError) -> timedelta:
    for place in range(times):
        mark_failing(source, str(error), now=NOW + place * DAY)
    return next_try(source, error, now=NOW) - NOW


@pytest.mark.promise(20)
@pytest.mark.parametrize(("times", "hours"), [(1, 1), (2, 2), (4, 8), (6, 24), (9, 24), (400, 24)])
def test_failures_double_the_wait_up_to_a_day(times: int, hours: int) -> None:
    wait = fail(make_source(), times, FetchError("HTTP 500.", status=500))
    assert hours * HOUR <= wait <= hours * HOUR * 1.1


@pytest.mark.promise(20)
@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        (None, HOUR, 1.1 * HOUR),
        (60.0, HOUR, 1.1 * HOUR),
        (-60.0, HOUR, 1.1 * HOUR),
        (18_000.0, 5 * HOUR, 5 * HOUR),
        (9e9, DAY, DAY),
    ],
)
def test_retry_after_is_kept_to_within_reason(
    asked: float | None, least: timedelta, most: timedelta
) -> None:
    error = FetchError("Later.", status=429, host_wide=True, retry_after_seconds=asked)
    assert least <= fail(make_source(), 1, error) <= most


@pytest.mark.promise(20)
def test_a_source_that_works_again_starts_anew() -> None:
    source = make_source()
    fail(source, 9, ParseError("No XML."))
    mark_working(source, now=NOW + 30 * DAY)
    source.refresh_from_db()
    assert (source.state, source.failures, source.last_error) == (Source.State.OK, 0, "")
    assert fail(source, 1, ParseError("No XML.")) <= 1.1 * HOUR


@pytest.mark.promise(19)
def test_known_validators_are_always_used() -> None:
    source = make_source(etag='"a1"', last_modified="Monday", last_full_at=NOW - 5 * DAY)
    assert validators(source, now=NOW) == {"etag": '"a1"', "last_modified": "Monday"}


@pytest.mark.promise(21)
@pytest.mark.parametrize("last_full_at", [None, NOW - 6 * DAY, NOW - 60 * DAY])
def test_within_a_week_the_whole_is_asked_for(last_full_at: datetime | None) -> None:
    source = make_source(etag='"a1"', last_modified="Monday", last_full_at=last_full_at)
    assert validators(source, now=NOW) == {"etag": "", "last_modified": ""}


@pytest.mark.promise(21)
def test_only_an_answer_with_a_body_counts_as_whole() -> None:
    source = make_source()
    document = FetchedDocument(source=source, fetched_at=NOW, etag='"a2"', last_modified="Tuesday")
    mark_working(source, now=NOW, document=document)
    mark_working(source, now=NOW + DAY)
    source.refresh_from_db()
    assert (source.etag, source.last_full_at) == ('"a2"', NOW)
    assert source.last_success_at == NOW + DAY
