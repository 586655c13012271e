"""Invented papers that show how the site looks before real ones have come.

They are stored as TextSource.SAMPLE, shown as samples and removed all at once. They have no arXiv
id: none can clash with a paper's, and no page links them to arXiv. The texts are samples.json.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from papers.feeds.records import AnnouncementRecord, PaperRecord, SignalRecord
from papers.ingest import ingest
from papers.models import Paper, PaperIdentifier, TextSource

SAMPLE_DAYS = 5
_TEXTS = Path(__file__).with_name("samples.json")
# Only within the transaction that loads them: ingest knows papers by their arXiv id.
_PASSING_ID = "sample-"
_SIGNALS = {"upvotes": "hf_upvotes", "comments": "hf_comments", "stars": "github_stars"}


def load_samples(*, today: date) -> int:
    """Store the samples, announced on the five announcement days up to `today`.

    Return how many were stored: none when samples are there already, so that what readers did with
    them stays.
    """
    with transaction.atomic():
        if Paper.objects.filter(text_source=TextSource.SAMPLE).exists():
            return 0
        ingest(sample_records(today), text_source=TextSource.SAMPLE, today=today)
        passing = Q(arxiv_id__startswith=_PASSING_ID, text_source=TextSource.SAMPLE)
        PaperIdentifier.objects.filter(value__startswith=_PASSING_ID).delete()
        return Paper.objects.filter(passing).update(arxiv_id=None)


def remove_samples() -> int:
    """Delete every sample with all that hangs on it (votes, list entries); return how many."""
    with transaction.atomic():
        samples = Paper.objects.filter(text_source=TextSource.SAMPLE)
        count = samples.count()
        samples.delete()
        return count


def sample_records(today: date) -> Iterator[PaperRecord]:
    """Yield the invented papers; the better supported ones lie spread over the days."""
    days = _announcement_days(today)
    for number, fields in enumerate(json.loads(_TEXTS.read_text(encoding="utf-8"))):
        yield _record(number, fields, days[number % len(days)])


def _announcement_days(today: date) -> Sequence[date]:
    """The last days from Monday to Friday, the newest first."""
    back = (today - timedelta(days=number) for number in range(SAMPLE_DAYS + 4))
    return [day for day in back if day.weekday() < 5][:SAMPLE_DAYS]


def _record(number: int, fields: dict[str, Any], day: date) -> PaperRecord:
    categories = tuple(fields["categories"])
    return PaperRecord(
        arxiv_id=f"{_PASSING_ID}{number}",
        title=fields["title"],
        abstract=fields["abstract"],
        authors=tuple(fields["authors"]),
        categories=categories,
        listed_on=day,
        announcements=tuple(
            AnnouncementRecord(code, day, "cross" if place else "new")
            for place, code in enumerate(categories)
        ),
        signals=tuple(_signals(fields, day)),
    )


def _signals(fields: dict[str, Any], day: date) -> Iterator[SignalRecord]:
    """Half of each number on the day, all of it on the next, so that there is growth to be seen."""
    for name, kind in _SIGNALS.items():
        if name in fields:
            yield SignalRecord(kind, day, fields[name] // 2)
            yield SignalRecord(kind, day + timedelta(days=1), fields[name])
