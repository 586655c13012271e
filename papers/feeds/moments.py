"""Days and moments as sources write them; what cannot be read is None, never a guess.

Decides only the zone of a moment that names none: UTC. Read more: RFC 3339 and RFC 5322, 3.3.
"""

from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

_MONTHS = {
    "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9,
    "Oct": 10, "Nov": 11, "Dec": 12,
}  # fmt: skip


def moment_of(text: str) -> datetime | None:
    """From ISO 8601, with or without a time and a zone."""
    try:
        moment = datetime.fromisoformat(text.strip())
        # One at the edge of the calendar has no day in UTC, and whoever asks for it would trip.
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def day_of(text: str) -> date | None:
    """From YYYY-MM-DD."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def midnight_of(day: date | None) -> datetime | None:
    """The first moment of `day` in UTC: what a source means that gives no time."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def moment_of_mail(text: str) -> datetime | None:
    """From the form of mail headers: "Mon, 2 Mar 2026 18:30:00 GMT"."""
    parts = text.split()
    # Most of a harvest is written like this; the general way takes four times as long.
    if len(parts) == 6 and parts[5] == "GMT" and parts[2] in _MONTHS:
        text_in_iso = f"{parts[3]}-{_MONTHS[parts[2]]:02}-{parts[1]:0>2}T{parts[4]}+00:00"
        return moment_of(text_in_iso)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def day_in_words(text: str) -> date | None:
    """From "Monday, 2 March 2026", month in English, whole or in three letters."""
    parts = text.replace(",", " ").split()[-3:]
    if len(parts) != 3 or parts[1][:3].title() not in _MONTHS:
        return None
    return day_of(f"{parts[2]}-{_MONTHS[parts[1][:3].title()]:02}-{parts[0]:0>2}")
