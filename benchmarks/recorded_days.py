"""The recorded days of Hugging Face's list, and what was seen of their papers afterwards.

Each day's list was captured once, on the day. Later upvotes come from a feed of the same site: the
list of a day when it was over, the week's list on Monday, the month's on the 1st. The last two
show at most 105 papers, those with the most upvotes, so a paper that is absent had fewer than the
last one shown.
"""

import gzip
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

DAY, WEEK, MONTH = "feed", "feed_weekly", "feed_monthly"
FULL_MONTH = 50  # papers; a shorter month's list was captured as its month began


class Seen(NamedTuple):
    at: datetime
    upvotes: int
    feed: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A paper as the list of `listed_on` showed it at `captured_at`, and each later sight of it."""

    paper_id: str
    listed_on: date
    listed_at: datetime
    published_at: datetime
    captured_at: datetime
    upvotes: int
    comments: int
    seen: tuple[Seen, ...]

    def known(self, moment: datetime) -> int:
        """Upvotes as last seen at that moment or before."""
        before = [seen.upvotes for seen in self.seen if self.captured_at < seen.at <= moment]
        return before[-1] if before else self.upvotes

    def seen_later(self, days: int) -> int | None:
        """The most upvotes seen when at least so many days had passed since the listing."""
        since = midnight(self.listed_on + timedelta(days))
        return max((seen.upvotes for seen in self.seen if seen.at >= since), default=None)

    def on_next_monday(self) -> int | None:
        """Upvotes on the week's list of the Monday after the listing."""
        monday = next_monday(self.listed_on)
        found = (s.upvotes for s in self.seen if s.feed == WEEK and s.at.date() == monday)
        return next(found, None)


@dataclass(frozen=True, slots=True)
class MonthList:
    """The month's list as the month was over: upvotes by paper, and the fewest shown."""

    at: datetime
    upvotes: dict[str, int]

    @property
    def least(self) -> int:
        return min(self.upvotes.values())


@dataclass(frozen=True)
class Record:
    days: dict[date, list[Listed]]
    history: dict[str, tuple[Seen, ...]]

    @cached_property
    def months(self) -> dict[tuple[int, int], MonthList]:
        """The lists of whole months, by year and month."""
        shown: dict[datetime, dict[str, int]] = defaultdict(dict)
        for paper_id, seen in self.history.items():
            for at, upvotes, feed in seen:
                if feed == MONTH:
                    shown[at][paper_id] = upvotes
        return {
            month_of(at.date() - timedelta(1)): MonthList(at, upvotes)
            for at, upvotes in shown.items()
            if len(upvotes) >= FULL_MONTH
        }

    @cached_property
    def mondays(self) -> dict[date, datetime]:
        """When the list of the week that ended was captured, by Monday."""
        return {
            seen.at.date(): seen.at
            for paper_id in self.history
            for seen in self.history[paper_id]
            if seen.feed == WEEK and seen.at.weekday() == 0
        }


def read_record(folder: Path) -> Record:
    history = _history(folder / "upvote_history.jsonl.gz")
    rows = json.loads((folder / "index.json").read_text())
    days = {}
    for row in sorted(rows, key=lambda row: str(row["date"])):
        day, captured_at = date.fromisoformat(row["date"]), _moment(row["captured_at"])
        with gzip.open(folder / f"{day}.json.gz", "rt") as file:
            entries = json.load(file)
        days[day] = [_listed(entry, day, captured_at, history) for entry in entries]
    return Record(days, history)


def _history(path: Path) -> dict[str, tuple[Seen, ...]]:
    seen: dict[str, list[Seen]] = defaultdict(list)
    with gzip.open(path, "rt") as lines:
        for line in lines:
            row = json.loads(line)
            sight = Seen(_moment(row["captured_at"]), row["upvotes"], row["feed"])
            seen[row["arxiv_id"]].append(sight)
    return {paper_id: tuple(sorted(sights)) for paper_id, sights in seen.items()}


def _listed(
    entry: dict[str, Any], day: date, captured_at: datetime, history: dict[str, tuple[Seen, ...]]
) -> Listed:
    paper = entry["paper"]
    published_at = _moment(str(entry.get("publishedAt") or paper["publishedAt"]))
    listed_at = paper.get("submittedOnDailyAt")
    return Listed(
        paper["id"],
        day,
        _moment(listed_at) if listed_at else midnight(day),
        published_at,
        captured_at,
        int(paper.get("upvotes") or 0),
        int(entry.get("numComments") or 0),
        history.get(paper["id"], ()),
    )


def listing_days(record: Record) -> dict[str, date]:
    """The listing day of every paper seen. One that was not yet listed at the capture was listed
    on the weekday before the feed of a day first showed it."""
    days = {paper.paper_id: day for day, papers in record.days.items() for paper in papers}
    for paper_id, seen in record.history.items():
        first = next((sight.at.date() for sight in seen if sight.feed == DAY), None)
        if first is not None and paper_id not in days:
            day = first - timedelta(1)
            days[paper_id] = day - timedelta(max(day.weekday() - 4, 0))
    return days


def next_monday(day: date) -> date:
    return day + timedelta(7 - day.weekday())


def month_of(day: date) -> tuple[int, int]:
    return day.year, day.month


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
