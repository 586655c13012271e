"""What becomes of sent issues when two papers turn out to be one: they name the one that stays.

So its web copy still shows the paper, and nobody is sent it a second time. It hears
papers.merging.papers_merged, inside the transaction that merges.
"""

from typing import Any

from django.db import connection

# An issue that holds both keeps the first of the two.
_RENAME = """
UPDATE accounts_delivery SET items = (
    SELECT jsonb_agg(item ORDER BY place) FROM (
        SELECT DISTINCT ON (item -> 'paper') item, place FROM (
            SELECT place, CASE WHEN (item ->> 'paper')::bigint = %(gone)s
                THEN jsonb_set(item, '{paper}', to_jsonb(%(kept)s::bigint)) ELSE item END AS item
            FROM jsonb_array_elements(items) WITH ORDINALITY AS each(item, place)) AS renamed
        ORDER BY item -> 'paper', place) AS once)
WHERE items @> jsonb_build_array(jsonb_build_object('paper', %(gone)s::bigint))
"""


def rename_in_issues(kept_id: int, gone_id: int, **_signal: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_RENAME, {"kept": kept_id, "gone": gone_id})
