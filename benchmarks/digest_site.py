"""A site for measuring the digest: the shared papers, readers with lists, searches and past issues.

What readers save and follow is chosen by chance, seeded, from categories of their own.
"""

import random
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import Delivery, QueryMatch, StandingQuery, User
from benchmarks.site import PAPERS, run
from papers.meaning import slots
from papers.models import Paper, PaperStats
from papers.search.language import parse
from papers.search.split import query_hash

SAVED, FOLLOWED, SIZE = 40, 3, 20
SEARCHES = 3000
MATCHES_A_DAY = 3
# As many as arXiv announces a day in the categories of a usual site.
NEW_A_DAY = 600
DAYS_OF_NEW = 3
BATCH = 1000
AMONG = 60_000  # papers that readers may have saved

_CHANCES = """
CREATE TEMPORARY TABLE chances ON COMMIT DROP AS
SELECT row_number() OVER () - 1 AS number, papers FROM (
    SELECT array_agg(id ORDER BY random()) AS papers
    FROM (SELECT id, primary_category_id AS code FROM papers_paper
          WHERE announced_on < %(old)s ORDER BY id LIMIT %(among)s) AS old
    GROUP BY code HAVING count(*) > %(fewest)s ORDER BY code) AS large
"""
_USERS = """
INSERT INTO accounts_user
SELECT made.* FROM accounts_user u, generate_series(%(there)s::int, %(count)s::int) n,
    LATERAL jsonb_populate_record(u, jsonb_build_object(
        'id', nextval(pg_get_serial_sequence('accounts_user', 'id')),
        'email', 'r' || n || '@example.org')) AS made
WHERE u.id = %(first)s
"""
_LISTS = """
INSERT INTO readinglists_readinglist (title, description, owner_id)
SELECT 'To read', '', id FROM accounts_user WHERE id >= %(first)s ORDER BY id
"""
# A piece of a category's papers in an order of chance: no paper twice.
_ENTRIES = """
INSERT INTO readinglists_entry (reading_list_id, paper_id, position, note)
SELECT id, papers[start + place], 'a' || lpad(place::text, 3, '0') || '5', ''
FROM (SELECT l.id, papers, floor(random() * (cardinality(papers) - %(saved)s))::int AS start
      FROM (SELECT l.id, floor(random() * (SELECT count(*) FROM chances))::int AS number
            FROM readinglists_readinglist l WHERE l.owner_id >= %(first)s) AS l
      JOIN chances USING (number)) AS piece, generate_series(1, %(saved)s) AS place
"""
_FOLLOWS = """
WITH searches AS MATERIALIZED (
    SELECT id, text, hash, row_number() OVER (ORDER BY id) - 1 AS number FROM accounts_standingquery
), readers AS MATERIALIZED (
    SELECT id, floor(random() * (SELECT count(*) FROM searches))::bigint AS number
    FROM accounts_user WHERE id >= %(first)s
)
INSERT INTO accounts_follow (user_id, standing_id, name, query, query_hash, changes, in_digest,
    feed_generation)
SELECT r.id, s.id, left(s.text, 200), s.text, s.hash, false, true, 1
FROM readers r CROSS JOIN generate_series(1, %(followed)s) AS place
JOIN searches s ON s.number = (r.number + place) %% (SELECT count(*) FROM searches)
"""


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
    make_all_readers(readers)
    make_past_issues(past)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def make_papers_new() -> None:
    chosen = move_papers_to_today()
    PaperStats.objects.update(popularity=0.0, score=0.0, risen_on=None)
    for back in range(DAYS_OF_NEW):
        for place, pk in enumerate(chosen[back * NEW_A_DAY :][:200]):
            PaperStats.objects.update_or_create(
                paper_id=pk,
                defaults={"upvotes": 200 - place, "popularity": 2.0, "score": 200.0 - place},
            )


def move_papers_to_today() -> list[int]:
    """Announce papers chosen by chance in the last days; return their ids, newest first."""
    today = timezone.now().date()
    numbers = list(Paper.objects.order_by("pk").values_list("pk", flat=True))
    chosen = random.Random(3).sample(numbers, NEW_A_DAY * DAYS_OF_NEW)
    Paper.objects.filter(announced_on__gte=today - timedelta(days=DAYS_OF_NEW)).exclude(
        pk__in=chosen
    ).update(announced_on=today - timedelta(days=200))
    for back in range(DAYS_OF_NEW):
        some = chosen[back * NEW_A_DAY : (back + 1) * NEW_A_DAY]
        Paper.objects.filter(pk__in=some).update(announced_on=today - timedelta(days=back))
    return chosen


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
    """Of the papers of the last two days, for each search."""
    chance, now = random.Random(5), timezone.now()
    today = now.date() - timedelta(days=1)
    new = list(Paper.objects.filter(announced_on__gte=today).values_list("pk", flat=True))
    QueryMatch.objects.all().delete()
    rows = (
        QueryMatch(standing_id=standing, paper_id=pk, matched_at=now - timedelta(minutes=5))
        for standing in StandingQuery.objects.values_list("pk", flat=True)
        for pk in chance.sample(new, MATCHES_A_DAY)
    )
    while some := list(islice(rows, BATCH)):
        QueryMatch.objects.bulk_create(some)


def make_all_readers(count: int, saved: int = SAVED) -> None:
    """Make readers until there are so many; those that are there keep what they have.

    Each saves papers of one category and follows some of the searches. By SQL: with Django's rows a
    hundred thousand readers took more than half an hour.
    """
    there = User.objects.count()
    if there >= count:
        return
    first = User.objects.create(
        email=f"r{there}@example.org", digest_enabled=True, digest_size=SIZE
    )
    values = {"first": first.pk, "there": there + 1, "count": count - 1, "saved": saved}
    old = timezone.now().date() - timedelta(days=9)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(_CHANCES, {"old": old, "fewest": 10 * saved, "among": AMONG})
        cursor.execute(_USERS, values)
        cursor.execute(_LISTS, values)
        cursor.execute(_ENTRIES, values)
        cursor.execute(_FOLLOWS, values | {"followed": FOLLOWED})


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
    enabled = User.objects.filter(digest_enabled=True)
    ids = enabled.order_by("pk").values_list("pk", flat=True)[:readers]
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
