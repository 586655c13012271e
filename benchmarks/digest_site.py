"""A site for measuring the digest: the shared papers, readers with lists, searches and past issues.

What readers save and follow is chosen by chance, seeded, from categories of their own.
"""

import random
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from accounts.models import Delivery, Follow, QueryMatch, StandingQuery, User
from benchmarks.site import PAPERS, run
from papers.meaning import slots
from papers.models import Paper, PaperStats
from papers.search.language import parse
from papers.search.split import query_hash
from readinglists.models import Entry, ReadingList

SAVED, FOLLOWED, SIZE = 40, 3, 20
SEARCHES = 3000
MATCHES_A_DAY = 3
# As many as arXiv announces a day in the categories of a usual site.
NEW_A_DAY = 600
DAYS_OF_NEW = 3
BATCH = 1000


def prepare(*, readers: int, past: int) -> None:
    """Fill what is missing of the site, and move the newest papers to today."""
    if not Paper.objects.exists():
        run("loadpapers", str(PAPERS))
    if slots.live() is None:
        slots.refresh(now=timezone.now())
    make_papers_new()
    if not StandingQuery.objects.exists():
        make_searches()
    make_matches()
    there = User.objects.count()
    for first in range(there, readers, BATCH):
        make_readers(first, min(first + BATCH, readers))
    make_past_issues(past)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def make_papers_new() -> None:
    today = timezone.now().date()
    numbers = list(Paper.objects.order_by("pk").values_list("pk", flat=True))
    chosen = random.Random(3).sample(numbers, NEW_A_DAY * DAYS_OF_NEW)
    Paper.objects.filter(announced_on__gte=today - timedelta(days=DAYS_OF_NEW)).exclude(
        pk__in=chosen
    ).update(announced_on=today - timedelta(days=200))
    PaperStats.objects.update(popularity=0.0, score=0.0, risen_on=None)
    for back in range(DAYS_OF_NEW):
        some = chosen[back * NEW_A_DAY : (back + 1) * NEW_A_DAY]
        Paper.objects.filter(pk__in=some).update(announced_on=today - timedelta(days=back))
        for place, pk in enumerate(some[:200]):
            PaperStats.objects.update_or_create(
                paper_id=pk,
                defaults={"upvotes": 200 - place, "popularity": 2.0, "score": 200.0 - place},
            )


def make_searches() -> None:
    chance = random.Random(4)
    titles = chance.sample(list(Paper.objects.values_list("title", flat=True)[:20_000]), SEARCHES)
    trees = {}
    for title in titles:
        words = [word for word in title.split() if word.isalpha() and len(word) > 4]
        tree = parse(" ".join(words[:2]) or "owl").tree
        trees[query_hash(tree)] = str(tree)
    now = timezone.now()
    StandingQuery.objects.bulk_create(
        StandingQuery(hash=number, text=text, followers=1, seeded_at=now)
        for number, text in trees.items()
    )


def make_matches() -> None:
    chance, now = random.Random(5), timezone.now()
    today = now.date() - timedelta(days=1)
    new = list(Paper.objects.filter(announced_on__gte=today).values_list("pk", flat=True))
    QueryMatch.objects.all().delete()
    QueryMatch.objects.bulk_create(
        QueryMatch(standing=standing, paper_id=pk, matched_at=now - timedelta(minutes=5))
        for standing in StandingQuery.objects.all()
        for pk in chance.sample(new, MATCHES_A_DAY)
    )


def make_readers(first: int, last: int) -> None:
    chance = random.Random(first)
    by_category: dict[str, list[int]] = defaultdict(list)
    old = Paper.objects.filter(announced_on__lt=timezone.now().date() - timedelta(days=9))
    for pk, code in old.values_list("pk", "primary_category_id")[:60_000]:
        by_category[code].append(pk)
    large = [code for code, papers in by_category.items() if len(papers) > 10 * SAVED]
    searches = list(StandingQuery.objects.all())
    users = User.objects.bulk_create(
        User(email=f"r{n}@example.org", digest_enabled=True, digest_size=SIZE)
        for n in range(first, last)
    )
    lists = ReadingList.objects.bulk_create(
        ReadingList(owner=user, title="To read") for user in users
    )
    Entry.objects.bulk_create(
        Entry(reading_list=mine, paper_id=pk, position=f"a{place:03}")
        for mine in lists
        for place, pk in enumerate(chance.sample(by_category[chance.choice(large)], SAVED))
    )
    Follow.objects.bulk_create(
        Follow(
            user=user,
            name=standing.text,
            query=standing.text,
            query_hash=standing.hash,
            standing=standing,
        )
        for user in users
        for standing in chance.sample(searches, FOLLOWED)
    )


def make_past_issues(past: int) -> None:
    """Issues of the days before, of papers that are no longer new, where there are fewer."""
    chance, now = random.Random(6), timezone.now()
    Delivery.objects.filter(local_date__gte=now.date()).delete()
    old = list(Paper.objects.order_by("pk").values_list("pk", flat=True)[:20_000])
    having = dict(Delivery.objects.values_list("user_id").annotate(n=Count("pk")).order_by())
    lacking = [pk for pk in User.objects.values_list("pk", flat=True) if having.get(pk, 0) < past]
    rows = (
        _issue(pk, now - timedelta(days=back), chance.sample(old, SIZE))
        for pk in lacking
        for back in range(having.get(pk, 0) + 1, past + 1)
    )
    while some := list(islice(rows, BATCH)):
        Delivery.objects.bulk_create(some)
    # The last of them was yesterday, whenever they were made.
    Delivery.objects.filter(local_date=now.date() - timedelta(days=1)).update(
        finished_at=now - timedelta(days=1)
    )


def _issue(user_id: int, at: datetime, papers: list[int]) -> Delivery:
    items: list[dict[str, Any]] = [
        {"paper": pk, "section": "trending", "reason": "46 upvotes on Hugging Face", "rank": rank}
        for rank, pk in enumerate(papers, start=1)
    ]
    return Delivery(
        user_id=user_id,
        local_date=at.date(),
        due_at=at,
        finished_at=at,
        state=Delivery.State.SENT,
        attempts=1,
        message_id=f"<{user_id}.{at:%Y%m%d}@example.org>",
        items=items,
    )


def make_due(readers: int) -> None:
    Delivery.objects.filter(local_date__gte=timezone.now().date()).delete()
    ids = User.objects.order_by("pk").values_list("pk", flat=True)[:readers]
    User.objects.filter(pk__in=list(ids)).update(next_due_at=timezone.now())


def states_of_today() -> Any:
    today = Delivery.objects.filter(local_date__gte=timezone.now().date()).order_by()
    return today.values_list("state").annotate(n=Count("pk"))


def minutes_late() -> tuple[float, float]:
    """From due until sent: the 95th percentile and the last."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT percentile_cont(ARRAY[0.95, 1.0]) WITHIN GROUP (
                   ORDER BY extract(epoch FROM finished_at - due_at) / 60)
               FROM accounts_delivery WHERE state = 'sent' AND local_date >= CURRENT_DATE"""
        )
        late = cursor.fetchone()[0]
    return float(late[0]), float(late[1])
