"""The papers that came for the searches each reader follows, read once for all of a chunk.

What was matched when it arrived is read from the database; a search that asks for votes, lists or
a number of days back is asked of the index now. It never chooses and never writes.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, connection

from accounts.digest.readers import FIRST_ISSUE_DAYS, Reader
from accounts.matching.arrivals import RECENT_DAYS
from accounts.models import Follow, User
from papers.models import Paper
from papers.search.engine import IndexNotReady, search
from papers.search.language import parse
from papers.search.narrow import dated_since
from papers.search.personal import personal_for

# Of one search: four months of large issues may hold some of them already.
MOST_PAPERS = 500

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Followed:
    """One search of a reader and the papers that came for it, best score first."""

    name: str
    query: str
    paper_ids: tuple[int, ...]


_MATCHED = """
SELECT f.user_id, f.name, f.query, f.id,
    array_agg(m.paper_id ORDER BY m.score DESC, m.paper_id DESC)
FROM accounts_follow f
JOIN unnest(%s::bigint[], %s::timestamptz[]) AS r (user_id, since) ON r.user_id = f.user_id
CROSS JOIN LATERAL (
    SELECT q.paper_id, COALESCE(s.score, 0) AS score
    FROM accounts_querymatch q JOIN papers_paper p ON p.id = q.paper_id
    LEFT JOIN papers_paperstats s ON s.paper_id = p.id
    WHERE q.standing_id = f.standing_id AND q.matched_at > r.since AND p.withdrawn_at IS NULL
    ORDER BY score DESC, q.paper_id DESC LIMIT %s
) m
WHERE f.in_digest AND NOT f.changes
GROUP BY f.id ORDER BY f.name, f.id
"""


def read(
    readers: Iterable[Reader], users: Iterable[User], now: datetime
) -> dict[int, list[Followed]]:
    """Return by user id what came for each search in the digest, by name.

    What was matched counts since the reader's last issue. Where the index has to be asked it is
    all of the last 30 days: a paper may have had its votes today.
    """
    those = list(readers)
    by_name: dict[int, list[tuple[str, int, Followed]]] = {each.user_id: [] for each in those}
    for user_id, name, query, pk, paper_ids in _matched(those, now):
        by_name[user_id].append((name, pk, Followed(name, query, tuple(paper_ids))))
    for user_id, pk, found in _asked_now({user.pk: user for user in users}, now):
        by_name[user_id].append((found.name, pk, found))
    return {
        user_id: [found for _name, _pk, found in sorted(several, key=lambda each: each[:2])]
        for user_id, several in by_name.items()
    }


def _matched(
    readers: Sequence[Reader], now: datetime
) -> list[tuple[int, str, str, int, list[int]]]:
    first = now - timedelta(days=FIRST_ISSUE_DAYS)
    ids = [reader.user_id for reader in readers]
    since = [reader.span.seen_after or first for reader in readers]
    with connection.cursor() as cursor:
        cursor.execute(_MATCHED, [ids, since, MOST_PAPERS])
        return cursor.fetchall()  # type: ignore[no-any-return]


def _asked_now(users: dict[int, User], now: datetime) -> Iterator[tuple[int, int, Followed]]:
    """What the index says now, without papers withdrawn since it read them: one query for all."""
    found = list(_ask_each(users, now))
    ids = {pk for _follow, paper_ids in found for pk in paper_ids}
    kept = set(Paper.objects.not_withdrawn().filter(pk__in=ids).values_list("pk", flat=True))
    for follow, paper_ids in found:
        there = tuple(pk for pk in paper_ids if pk in kept)
        yield follow.user_id, follow.pk, Followed(follow.name, follow.query, there)


def _ask_each(users: dict[int, User], now: datetime) -> Iterator[tuple[Follow, list[int]]]:
    follows = Follow.objects.filter(user__in=users, in_digest=True, changes=True)
    for follow in follows.order_by("pk"):
        try:
            yield follow, _ask(follow, users[follow.user_id], now)
        except IndexNotReady:
            return
        except DatabaseError:
            raise
        except Exception:
            logger.exception("digest: followed search %s cannot be asked", follow.pk)


def _ask(follow: Follow, user: User, now: datetime) -> list[int]:
    today = now.astimezone(UTC).date()
    found = search(
        dated_since(parse(follow.query), today - timedelta(days=RECENT_DAYS)),
        limit=MOST_PAPERS,
        sort="trending",
        personal=personal_for(user),
        today=today,
    )
    return [hit.paper_id for hit in found.hits]
