"""Readers beside the papers of benchmarks/whole_site.py, each step once for a folder that is kept.

Each reader has a list, three followed searches and past issues, as benchmarks/digest_site.py makes
them; the searches are distinct ones, of what the papers hold (benchmarks/matching.py). The newest
papers are moved to today, once a day. To be imported after django.setup().
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db import connection
from django.utils import timezone

from accounts.models import StandingQuery, User
from benchmarks import digest_site, matching, whole_site
from benchmarks.matching import Text
from papers.models import Announcement, Paper

ASKED_OF = 20_000  # papers whose words, names and categories searches are made of


@dataclass(frozen=True, slots=True)
class Size:
    """`entries` are of all lists together, `past` the issues that each reader had before."""

    papers: int
    readers: int
    entries: int
    past: int = 1

    @property
    def searches(self) -> int:
        """Distinct ones; three are followed by each reader, and many follow the same."""
        return max(self.readers // 4, digest_site.FOLLOWED)

    @property
    def entries_each(self) -> int:
        return max(self.entries // max(self.readers, 1), 1)


def steps(size: Size) -> dict[str, Callable[[], object]]:
    """What makes such a site, in order; what is of today has the day in its name."""
    today = timezone.now().date()
    readers = f"{size.readers} readers with lists and follows"
    return whole_site.steps(size.papers) | {
        f"{size.searches} followed searches": partial(make_searches, size.searches),
        readers: partial(digest_site.make_all_readers, size.readers, size.entries_each),
        f"{size.past} past issues each": partial(digest_site.make_past_issues, size.past),
        f"papers of {today}": announce_today,
        f"matches of {today}": digest_site.make_matches,
        f"scores of {today}": whole_site.rank,
    }


def make_searches(count: int) -> None:
    """Make distinct searches of what the papers hold."""
    found = matching.searches(list(_texts()), count)
    for number in StandingQuery.objects.filter(hash__in=found).values_list("hash", flat=True):
        del found[number]
    matching.fill_searches(found)


def _texts() -> Iterator[Text]:
    there = Paper.objects.count()
    numbers = random.Random(7).sample(range(1, there + 1), k=min(there, ASKED_OF))
    papers = Paper.objects.filter(pk__in=numbers).prefetch_related("categories")
    for paper in papers.iterator(chunk_size=2_000):
        codes = tuple(category.pk for category in paper.categories.all())
        yield Text(paper.title, paper.abstract, tuple(paper.authors), codes)


def announce_today() -> None:
    digest_site.move_papers_to_today()
    since = timezone.now().date() - timedelta(days=digest_site.DAYS_OF_NEW)
    Announcement.objects.filter(announced_on__gte=since).delete()
    whole_site.announce(since=since)


def count_all() -> dict[str, int]:
    """How many rows of each kind the site has, as Postgres knows them since the last ANALYZE."""
    names = ("papers_paper", "accounts_user", "readinglists_entry", "accounts_follow")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, reltuples::bigint FROM pg_class WHERE relname = ANY(%s)",
            [[*names, "accounts_standingquery", "accounts_delivery", "papers_signal"]],
        )
        return dict(cursor.fetchall()) | {"accounts_user": User.objects.count()}
