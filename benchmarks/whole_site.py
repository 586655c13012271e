"""Fills a site of any size with all that its pages show, each step once for a folder that is kept.

What benchmarks/growth_site.py writes, then the announcements, snapshots (benchmarks/ranking.py),
scores and trending lists of the same papers, a list of 10,000 of them, shared by link and public,
and a followed search. To be imported after django.setup().
"""

import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from django.db import connection

from accounts import follows
from accounts.models import User
from benchmarks import growth_site, ranking
from benchmarks.corpus import FIRST_DAY
from papers import trending
from papers.models import Paper, TrendingDay
from papers.search import folder
from readinglists import entries, publishing, sharing
from readinglists.entries import NewEntry
from readinglists.keeping import make_list
from readinglists.models import ReadingList

READER = "reader@example.org"
LIST_TITLE, LIST_SIZE = "Ten thousand", 10_000
DAYS_WITH_LISTS = 4
_ANNOUNCEMENTS = """
INSERT INTO papers_announcement (paper_id, category_id, announced_on, kind)
SELECT c.paper_id, c.category_id, p.announced_on,
    CASE WHEN c.category_id = p.primary_category_id THEN 'new' ELSE 'cross' END
FROM papers_papercategory c JOIN papers_paper p ON p.id = c.paper_id
WHERE p.announced_on >= %s
ON CONFLICT DO NOTHING
"""
Step = Callable[[], object]


def steps(papers: int) -> dict[str, Step]:
    """What makes such a site, in order."""
    return growth_site.steps(papers) | {
        "announcements": announce,
        "snapshots": partial(ranking.fill, papers),
        "scores and lists of the day": rank,
        "a list, a link, a follow": make_lists,
    }


def fill_once(var: Path, papers: int, wanted: dict[str, Step]) -> None:
    """Do what a site that was kept has not yet; an index of another version is built anew."""
    for name, step in wanted.items():
        done = var / f"done {name}"
        if done.exists() and (step is not growth_site.index_papers or folder.current() is not None):
            continue
        began = time.perf_counter()
        step()
        seconds = time.perf_counter() - began
        print(f"{papers:,} papers: {name}: {seconds:.0f} s", flush=True)
        done.write_text(f"{seconds:.1f}")


def announce(since: date = FIRST_DAY) -> None:
    """Enter what was announced from that day on."""
    with connection.cursor() as cursor:
        cursor.execute(_ANNOUNCEMENTS, [since])
        cursor.execute("ANALYZE papers_announcement")


def rank() -> None:
    """Scores of all papers, and the lists of the last days; those before count as stored.

    The lists of 400 days of a million papers took some hours of a busy machine.
    """
    today = ranking.newest()
    trending.recompute(today=today)
    old = [today - timedelta(days=back) for back in range(DAYS_WITH_LISTS, 500)]
    TrendingDay.objects.bulk_create(
        [TrendingDay(day=day, settled_at=ranking.moment(day)) for day in old], ignore_conflicts=True
    )
    trending.roll(now=ranking.moment(today))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def make_lists() -> None:
    owner = User.objects.get(email=READER)
    ids = Paper.objects.newest_first().values_list("pk", flat=True)[:LIST_SIZE]
    made = make_list(owner, LIST_TITLE, "What *we* read.")
    entries.add_many(made, [NewEntry(pk, f"Note {pk}", ()) for pk in ids], by=owner)
    publishing.publish(made)
    sharing.make_link(made)
    follows.follow(owner, "cat:cs.AB")


def the_list() -> ReadingList:
    return ReadingList.objects.get(title=LIST_TITLE)
