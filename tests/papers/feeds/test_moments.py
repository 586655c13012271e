from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from papers.feeds.moments import day_in_words, day_of, midnight_of, moment_of, moment_of_mail

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02T12:00:00.000Z", NOON),
        ("2026-03-02 12:00:00", NOON),
        ("2026-03-02T13:00:00+01:00", NOON),
        ("2026-03-02", NOON - timedelta(hours=12)),
        ("soon", None),
        ("", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:00:00-14:00", None),
    ],
)
def test_a_moment_without_zone_is_in_utc(text: str, moment: datetime | None) -> None:
    assert moment_of(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Mon, 2 Mar 2026 12:00:00 GMT", NOON),
        ("Mon, 02 Mar 2026 12:00:00 GMT", NOON),
        ("2 Mar 2026 12:00 +0000", NOON),
        ("Mon, 2 Mar 2026 12:00:00 -0000", NOON),
        ("Mon, 2 Mar 2026 07:00:00 -0500", NOON.astimezone(timezone(timedelta(hours=-5)))),
        ("Mon, 32 Mar 2026 12:00:00 GMT", None),
        ("Mon, 2 Brumaire 2026 12:00:00 GMT", None),
        ("2026", None),
        ("", None),
    ],
)
def test_the_form_of_mail_headers_is_read(text: str, moment: datetime | None) -> None:
    assert moment_of_mail(text) == moment


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Monday, 2 March 2026", date(2026, 3, 2)),
        ("Wed, 13 Mar 2026", date(2026, 3, 13)),
        ("31 February 2026", None),
        ("Monday, 2 Brumaire 2026", None),
        ("today", None),
    ],
)
def test_a_day_in_words_is_read(text: str, day: date | None) -> None:
    assert day_in_words(text) == day


def test_a_day_begins_at_midnight_in_utc() -> None:
    assert midnight_of(day_of("2026-03-02")) == NOON - timedelta(hours=12)
    assert midnight_of(day_of("2 March")) is None
