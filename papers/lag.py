"""Telling a feed's fresh batch from one that was announced before.

arXiv's feeds have served yesterday's batch under today's date, so freshness is decided by ids seen
in that category within a week, never by declared dates (docs/decisions.md) but for those of a
copy that is clearly old (papers/feeds/arxiv_rss.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from django.db.models import Q

from papers.feeds.records import AnnouncementRecord, PaperRecord
from papers.models import Announcement

LAG = timedelta(days=7)


def in_feed_of(key: str) -> Q:
    """Return the categories that the feed of `key` announces in: itself, or all of an archive."""
    return Q(category_id=key) | Q(category__code__startswith=f"{key}.")


def drop_repeated_announcements(
    records: Sequence[PaperRecord], *, key: str, day: date
) -> list[PaperRecord]:
    """Take away the announcements that the feed of `key` made on a day before `day`.

    What was listed as new or cross-listed there within seven days is not announced again; where
    nothing at all is fresh, the whole feed is an old one and its replacements are too. Of a copy
    that was announced before `day`, the seven days before its own day count as well.
    """
    earlier = _announced_earlier(records, key=key, day=day)
    every = [(record.arxiv_id, a) for record in records for a in record.announcements]
    is_old_feed = all((arxiv_id, a.category) in earlier for arxiv_id, a in every)

    def fresh(record: PaperRecord) -> Iterable[AnnouncementRecord]:
        for announcement in record.announcements:
            was_announced = (record.arxiv_id, announcement.category) in earlier
            if not is_old_feed and (announcement.kind == "replace" or not was_announced):
                yield announcement

    return [replace(record, announcements=tuple(fresh(record))) for record in records]


def _announced_earlier(
    records: Sequence[PaperRecord], *, key: str, day: date
) -> set[tuple[str, str]]:
    first_on = min([day, *(a.announced_on for each in records for a in each.announcements)])
    rows = Announcement.objects.filter(
        in_feed_of(key),
        announced_on__range=(first_on - LAG, day - timedelta(days=1)),
        paper__arxiv_id__in=[record.arxiv_id for record in records],
    )
    pairs = rows.values_list("paper__arxiv_id", "category_id")
    return {(arxiv_id, category) for arxiv_id, category in pairs if arxiv_id}
