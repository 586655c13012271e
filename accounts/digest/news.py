"""What happened to papers that readers saved: a new version, a withdrawal.

Read once for all readers of a chunk; told once a version or event, also where the paper itself was
in an earlier issue. It never chooses.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from accounts.digest import reasons
from accounts.digest.items import SAVED, Item
from accounts.digest.readers import Reader

_NEWS = """
WITH saved AS (
    SELECT l.owner_id AS user_id, e.paper_id, GREATEST(r.since, min(e.added_at)) AS since
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS r (user_id, since)
    JOIN readinglists_readinglist l ON l.owner_id = r.user_id AND l.deleted_at IS NULL
    JOIN readinglists_entry e ON e.reading_list_id = l.id
    GROUP BY l.owner_id, e.paper_id, r.since
)
SELECT s.user_id, p.id,
    CASE WHEN p.withdrawn_at > s.since THEN 'withdrawn' ELSE 'v' || v.version END
FROM saved s JOIN papers_paper p ON p.id = s.paper_id
LEFT JOIN papers_paperversion v
    ON v.paper_id = p.id AND v.version = p.version AND v.version > 1 AND v.seen_at > s.since
WHERE p.withdrawn_at > s.since OR (v.id IS NOT NULL AND p.withdrawn_at IS NULL)
ORDER BY COALESCE(p.withdrawn_at, v.seen_at) DESC, p.id DESC
"""


def read(readers: Iterable[Reader]) -> dict[int, list[Item]]:
    """Return by user id what is news of their saved papers, newest first. One query."""
    asking = {reader.user_id: reader for reader in readers if SAVED in reader.sections}
    if not asking:
        return {}
    with connection.cursor() as cursor:
        since = [reader.news_since for reader in asking.values()]
        cursor.execute(_NEWS, [list(asking), since])
        rows = cursor.fetchall()
    found: dict[int, list[Item]] = defaultdict(list)
    for user_id, paper_id, event in rows:
        if (paper_id, event) not in asking[user_id].told:
            found[user_id].append(Item(paper_id, SAVED, reasons.news(event), event=event))
    return found
