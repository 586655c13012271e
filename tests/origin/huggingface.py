"""Answers as huggingface.co/api/daily_papers does, from recorded or invented lists."""

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

from tests.origin.replies import Query, Reply

JSON = "application/json; charset=utf-8"
DEFAULT_LIMIT, LARGEST_LIMIT = 50, 100

Lists = dict[date, list[dict[str, Any]]]


def answer_daily_papers(
    directory: Path | None, lists: Lists, day: date, query: Query, base: str
) -> Reply:
    """The list of `date` (or of `day`); a later one is not open yet, a missing one is empty."""
    wanted = query.text("date") or day.isoformat()
    try:
        listed_on = date.fromisoformat(wanted)
    except ValueError:
        return _error(f"Invalid date: {wanted}")
    if listed_on > day:
        return _error(f"Daily papers of {wanted} are not available yet")
    items = lists[listed_on] if listed_on in lists else _recorded(directory, listed_on)
    return _page(items, query, base)


def _page(items: list[dict[str, Any]], query: Query, base: str) -> Reply:
    limit = min(max(query.number("limit", DEFAULT_LIMIT), 1), LARGEST_LIMIT)
    page = query.number("p", 0)
    shown = items[page * limit : (page + 1) * limit]
    following = f'<{base}?date={query.text("date")}&p={page + 1}&limit={limit}>; rel="next"'
    headers = {"Link": following} if len(items) > (page + 1) * limit else {}
    return Reply(200, JSON, json.dumps(shown).encode(), headers)


def _recorded(directory: Path | None, day: date) -> list[dict[str, Any]]:
    path = directory / f"{day}.json.gz" if directory else None
    if path is None or not path.is_file():
        return []
    items: list[dict[str, Any]] = json.loads(gzip.decompress(path.read_bytes()))
    return items


def _error(text: str) -> Reply:
    return Reply(400, JSON, json.dumps({"error": text}).encode())
