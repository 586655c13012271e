"""Answers as huggingface.co/api/daily_papers does, from recorded or invented lists."""

import gzip
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.origin.replies import Query, Reply

JSON = "application/json; charset=utf-8"
DEFAULT_LIMIT, LARGEST_LIMIT = 50, 100

# Trending are the papers of so many days, most upvotes first.
TRENDING_DAYS = 7

Lists = dict[date, list[dict[str, Any]]]


def answer_daily_papers(
    directory: Path | None, lists: Lists, day: date, query: Query, base: str
) -> Reply:
    """The list of `date`, `week` or `month`, or the trending one, as it stands on `day`.

    Without any the list of `day`. What has not begun is not open yet; a missing list is empty.
    """
    try:
        name, days = _asked_days(day, query)
    except ValueError:
        return _error(f"Invalid date: {query.values}")
    if days[0] > day:
        return _error(f"Daily papers of {name} are not available yet")
    items = [
        item
        for each in days
        if each <= day
        for item in (lists[each] if each in lists else _recorded(directory, each))
    ]
    if query.text("sort") == "trending":
        items.sort(key=lambda item: item["paper"].get("upvotes") or 0, reverse=True)
    return _page(items, query, base)


def _asked_days(day: date, query: Query) -> tuple[str, list[date]]:
    """What was asked for, in words, and its days. Raises ValueError."""
    week, month = query.text("week"), query.text("month")
    if week:
        monday = datetime.strptime(f"{week}-1", "%G-W%V-%u").date()  # noqa: DTZ007 - a day
        return week, _days_from(monday, 7)
    if month:
        first = date.fromisoformat(f"{month}-01")
        return month, [each for each in _days_from(first, 31) if each.month == first.month]
    if query.text("sort") == "trending":
        return "trending", _days_from(day - timedelta(days=TRENDING_DAYS - 1), TRENDING_DAYS)
    wanted = query.text("date") or day.isoformat()
    return wanted, [date.fromisoformat(wanted)]


def _days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


def _page(items: list[dict[str, Any]], query: Query, base: str) -> Reply:
    limit = min(max(query.number("limit", DEFAULT_LIMIT), 1), LARGEST_LIMIT)
    page = query.number("p", 0)
    shown = items[page * limit : (page + 1) * limit]
    following = urlencode(query.values | {"p": page + 1, "limit": limit})
    more = {"Link": f'<{base}?{following}>; rel="next"'} if len(items) > (page + 1) * limit else {}
    return Reply(200, JSON, json.dumps(shown).encode(), more)


def _recorded(directory: Path | None, day: date) -> list[dict[str, Any]]:
    path = directory / f"{day}.json.gz" if directory else None
    if path is None or not path.is_file():
        return []
    items: list[dict[str, Any]] = json.loads(gzip.decompress(path.read_bytes()))
    return items


def _error(text: str) -> Reply:
    return Reply(400, JSON, json.dumps({"error": text}).encode())
