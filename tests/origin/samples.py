"""Invented papers and lists in the true schemas, so that no recorded data is needed."""

from collections.abc import Sequence
from datetime import date
from typing import Any


def make_origin_paper(
    *,
    arxiv_id: str = "2603.00101",
    title: str = "",
    abstract: str = "",
    authors: Sequence[str] = ("Ada Example", "Bo Sample"),
    categories: Sequence[str] = ("cs.CL", "cs.AI"),
    published: str | None = None,
    updated: str | None = None,
    first_seen: date | None = date(2026, 3, 2),
    comment: str | None = None,
) -> dict[str, Any]:
    """One line of a papers file."""
    return {
        "arxiv_id": arxiv_id,
        "title": title or f"On the Windmills of {arxiv_id}",
        "abstract": abstract or f"We count the windmills of {arxiv_id} and find that a < b.",
        "authors": list(authors),
        "categories": list(categories),
        "published": published,
        "updated": updated,
        "first_seen": first_seen.isoformat() if first_seen else None,
        "comment": comment,
        "source": ["invented"],
    }


def make_batch(
    *, day: date, count: int, categories: Sequence[str] = ("cs.CL",), first: int = 1
) -> list[dict[str, Any]]:
    """`count` papers first seen on `day`, with ids of that month from `first` on."""
    return [
        make_origin_paper(arxiv_id=f"{day:%y%m}.{number:05}", categories=categories, first_seen=day)
        for number in range(first, first + count)
    ]


def make_hf_item(
    *,
    arxiv_id: str = "2603.00101",
    title: str = "",
    upvotes: int | None = 12,
    comments: int | None = 1,
    stars: int | None = None,
    listed_on: date = date(2026, 3, 2),
    authors: Sequence[str] = ("Ada Example", "Bo Sample"),
) -> dict[str, Any]:
    """One entry of a Hugging Face daily list; a count of None is left out."""
    title = title or f"On the Windmills of {arxiv_id}"
    counts = {"upvotes": upvotes, "githubStars": stars}
    paper = {
        "id": arxiv_id,
        "title": title,
        "summary": f"We count the windmills of {arxiv_id}.",
        "authors": [{"name": name, "hidden": False} for name in authors],
        "publishedAt": f"{listed_on}T01:00:00.000Z",
        "submittedOnDailyAt": f"{listed_on}T00:00:00.000Z",
    } | {name: value for name, value in counts.items() if value is not None}
    item: dict[str, Any] = {"paper": paper, "title": title, "publishedAt": paper["publishedAt"]}
    return item if comments is None else item | {"numComments": comments}
