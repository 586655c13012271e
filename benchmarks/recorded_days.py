"""Recorded days of Hugging Face's list, and what came of their papers afterwards.

Each day was captured once, mostly on the day itself; upvotes seen later come from a feed of the
same page. A day counts when at least five of its papers were seen again seven days after it or
later: 647 papers of 80 days; of all 143 days with any such paper it is 833.
"""

import gzip
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

LATER = timedelta(days=7)
LEAST_PAPERS = 5

Sight = tuple[datetime, int]  # how many upvotes there were then
Seen = dict[str, list[Sight]]


@dataclass(frozen=True, slots=True)
class Listed:
    """A paper on the list of a day, as it was captured; `later` are upvotes seen afterwards."""

    paper_id: str
    upvotes: int
    comments: int
    stars: int | None
    published_at: datetime
    listed_at: datetime
    listed_on: date
    captured_at: datetime
    later: int

    @property
    def hours(self) -> float:
        return max((self.captured_at - self.listed_at).total_seconds() / 3600, 0.1)


def read_days(folder: Path) -> list[list[Listed]]:
    """Return the days of which at least five papers were seen again."""
    captured = {day: _moment(told["captured_at"]) for day, told in _index(folder).items()}
    seen = read_history(folder / "upvote_history.jsonl.gz")
    days = []
    for day, moment in sorted(captured.items()):
        with gzip.open(folder / f"{day}.json.gz", "rt") as file:
            entries = json.load(file)
        papers = [paper for entry in entries if (paper := _listed(entry, day, moment, seen))]
        if len(papers) >= LEAST_PAPERS:
            days.append(papers)
    return days


def read_listing_days(folder: Path) -> dict[str, date]:
    """Return the first recorded day on which each paper was listed."""
    listed: dict[str, date] = {}
    for day in sorted(_index(folder)):
        with gzip.open(folder / f"{day}.json.gz", "rt") as file:
            for entry in json.load(file):
                listed.setdefault(entry["paper"]["id"], date.fromisoformat(day))
    return listed


def _index(folder: Path) -> dict[str, dict[str, str]]:
    rows = json.loads((folder / "index.json").read_text())
    return {row["date"]: row for row in (rows.values() if isinstance(rows, dict) else rows)}


def read_history(path: Path) -> Seen:
    """Return the upvotes of each paper as they were seen, with the moments."""
    seen: Seen = defaultdict(list)
    with gzip.open(path, "rt") as lines:
        for line in lines:
            row = json.loads(line)
            seen[row["arxiv_id"]].append((_moment(row["captured_at"]), row["upvotes"]))
    return seen


def _listed(
    entry: dict[str, Any],
    day: str,
    captured_at: datetime,
    seen: Seen,
) -> Listed | None:
    paper = entry["paper"]
    first_later = datetime.fromisoformat(day).replace(tzinfo=UTC) + LATER
    published = _moment(str(entry.get("publishedAt") or paper["publishedAt"]))
    listed = _moment(str(paper.get("submittedOnDailyAt") or published))
    later = [upvotes for at, upvotes in seen[paper["id"]] if at >= first_later]
    if not later:
        return None
    return Listed(
        paper["id"],
        int(paper.get("upvotes") or 0),
        int(entry.get("numComments") or 0),
        paper.get("githubStars"),
        published,
        listed,
        date.fromisoformat(day),
        captured_at,
        max(later),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
