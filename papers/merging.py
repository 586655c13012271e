"""Making two rows of one paper one: what hangs on the one that goes moves to the one that stays.

It moves what papers/ knows; other apps move their own rows when they hear `papers_merged`, in the
same transaction. Old numbers lead to the paper that stays (`find_merged`, `merged_into`): sent
issues keep the numbers they had.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from django.dispatch import Signal
from django.utils import timezone

from papers import counts, snapshots
from papers.models import Paper, PaperTombstone

# Both are sent with `kept_id` and `gone_id`: the first before anything is locked, so that other
# apps lock theirs in their usual order, the second before the row that goes is deleted.
papers_merging = Signal()
papers_merged = Signal()


# Rows of which the paper that stays may have its own: those move only where it has none.
_MOVE_IF_FREE = {
    "papers_vote": ("user_id",),
    "papers_seenpaper": ("user_id",),
    "papers_signal": ("kind", "observed_on"),
    "papers_trendingplace": ("day_id", "span"),
    "papers_announcement": ("category_id", "announced_on"),
    "papers_papercategory": ("category_id",),
    "papers_paperversion": ("version",),
    "papers_paperorigin": ("origin",),
    "papers_repository_papers": ("repository_id",),
}
_MOVE = ("papers_paperidentifier", "papers_paperrequest")

# Empty or missing is filled; what is there stays.
_FILL = """
UPDATE papers_paper k SET
    abstract = COALESCE(NULLIF(k.abstract, ''), g.abstract),
    short_abstract = COALESCE(NULLIF(k.short_abstract, ''), g.short_abstract),
    authors = CASE WHEN k.author_line = '' THEN g.authors ELSE k.authors END,
    author_line = COALESCE(NULLIF(k.author_line, ''), g.author_line),
    primary_category_id = COALESCE(k.primary_category_id, g.primary_category_id),
    submitted_at = COALESCE(k.submitted_at, g.submitted_at),
    first_seen_at = LEAST(k.first_seen_at, g.first_seen_at),
    announced_on = LEAST(k.announced_on, g.announced_on),
    comment = COALESCE(NULLIF(k.comment, ''), g.comment),
    journal_ref = COALESCE(NULLIF(k.journal_ref, ''), g.journal_ref),
    license = COALESCE(NULLIF(k.license, ''), g.license),
    code_url = COALESCE(NULLIF(k.code_url, ''), g.code_url),
    project_url = COALESCE(NULLIF(k.project_url, ''), g.project_url),
    url = COALESCE(NULLIF(k.url, ''), g.url),
    keywords = CASE WHEN k.keywords = '[]'::jsonb THEN g.keywords ELSE k.keywords END
FROM papers_paper g WHERE k.id = %(kept)s AND g.id = %(gone)s
"""
_RECOUNT_VOTES = """
UPDATE papers_paperstats SET votes = (
    SELECT count(counted_at) FROM papers_vote WHERE paper_id = %(kept)s)
WHERE paper_id = %(kept)s
"""
# Votes and saves of both, day by day; a reader of both is told apart at the end, by the recount.
_ADD_UP_OWN = """
INSERT INTO papers_signal AS k (paper_id, kind, observed_on, value)
SELECT %(kept)s, day.kind, day.observed_on, sum(last.value)
FROM (SELECT DISTINCT kind, observed_on FROM papers_signal
      WHERE paper_id IN (%(kept)s, %(gone)s) AND kind IN ('votes', 'saves')) day
CROSS JOIN unnest(ARRAY[%(kept)s, %(gone)s]::bigint[]) AS both_papers(paper_id)
CROSS JOIN LATERAL (
    SELECT s.value FROM papers_signal s
    WHERE s.paper_id = both_papers.paper_id AND s.kind = day.kind
      AND s.observed_on <= day.observed_on
    ORDER BY s.observed_on DESC LIMIT 1
) last
GROUP BY day.kind, day.observed_on
ON CONFLICT (paper_id, kind, observed_on) DO UPDATE SET value = EXCLUDED.value
"""
_COUNT_IF_EITHER_COUNTS = """
UPDATE papers_vote k SET counted_at = LEAST(k.counted_at, g.counted_at) FROM papers_vote g
WHERE k.paper_id = %(kept)s AND g.paper_id = %(gone)s AND g.user_id = k.user_id
"""
_ADD_STATS = """
INSERT INTO papers_paperstats (paper_id, votes, saves, popularity, newness, score, risen_step)
VALUES (%(kept)s, 0, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING
"""
# What has risen once does not rise again because its votes are added up.
_KEEP_RISE = """
UPDATE papers_paperstats k SET risen_step = g.risen_step, risen_on = g.risen_on
FROM papers_paperstats g
WHERE k.paper_id = %(kept)s AND g.paper_id = %(gone)s AND g.risen_step > k.risen_step
"""
# Whatever an origin says next of the paper is news: it may fill what the other row lacked.
_READ_ANEW = "UPDATE papers_paperorigin SET digest = 0 WHERE paper_id = %(kept)s"
# Every number leads to a paper in one step, however often its paper was merged.
_LEAD_ON = """
UPDATE papers_papertombstone SET merged_into = %(kept)s
WHERE paper_id = %(gone)s OR merged_into = %(gone)s
"""


def merge(kept_id: int, gone_id: int) -> None:
    """Move votes, signals, announcements, names, versions and other apps' rows; delete the rest.

    A reader's two votes become one. All or nothing; a paper that is gone already does no harm.
    The caller ranks the paper that stays anew. Raises ValueError for two papers of arXiv.
    """
    if kept_id == gone_id:
        return
    with transaction.atomic():
        papers_merging.send(sender=None, kept_id=kept_id, gone_id=gone_id)
        papers = Paper.objects.select_for_update().order_by("pk").in_bulk([kept_id, gone_id])
        if len(papers) < 2:
            return
        kept, gone = papers[kept_id], papers[gone_id]
        if kept.arxiv_id and gone.arxiv_id:
            raise ValueError(f"{kept.arxiv_id} and {gone.arxiv_id} are two papers.")
        _move_rows(kept_id, gone_id)
        papers_merged.send(sender=None, kept_id=kept_id, gone_id=gone_id)
        Paper.objects.filter(pk=gone_id).delete()
        with connection.cursor() as cursor:
            cursor.execute(_LEAD_ON, {"kept": kept_id, "gone": gone_id})
        if gone.arxiv_id:
            Paper.objects.filter(pk=kept_id).update(arxiv_id=gone.arxiv_id)


def find_merged(paper_id: int) -> Paper | None:
    """Return the paper that a number which is gone leads to, or None."""
    into = merged_into([paper_id]).get(paper_id)
    return Paper.objects.filter(pk=into).first() if into is not None else None


def merged_into(paper_ids: Iterable[int]) -> dict[int, int]:
    """Return the number of the paper that stays for each of `paper_ids` that went into one."""
    gone = PaperTombstone.objects.filter(paper_id__in=set(paper_ids), merged_into__isnull=False)
    return {pk: into for pk, into in gone.values_list("paper_id", "merged_into") if into}


def _move_rows(kept_id: int, gone_id: int) -> None:
    numbers = {"kept": kept_id, "gone": gone_id}
    with connection.cursor() as cursor:
        cursor.execute(_FILL, numbers)
        cursor.execute(_ADD_UP_OWN, numbers)
        cursor.execute(_COUNT_IF_EITHER_COUNTS, numbers)
        for table, columns in _MOVE_IF_FREE.items():
            cursor.execute(_move_if_free(table, columns), numbers)
        for table in _MOVE:
            cursor.execute(
                f"UPDATE {table} SET paper_id = %(kept)s WHERE paper_id = %(gone)s",  # noqa: S608
                numbers,
            )
        cursor.execute(_READ_ANEW, numbers)
        cursor.execute(_ADD_STATS, numbers)
        cursor.execute(_KEEP_RISE, numbers)
        cursor.execute(_RECOUNT_VOTES, numbers)
    snapshots.note_latest([kept_id], today=timezone.now().date())
    counts.note_own("votes", kept_id)


def _move_if_free(table: str, columns: tuple[str, ...]) -> str:
    same = " AND ".join(f"k.{column} = g.{column}" for column in columns)
    return f"""
    UPDATE {table} g SET paper_id = %(kept)s WHERE g.paper_id = %(gone)s
      AND NOT EXISTS (SELECT FROM {table} k WHERE k.paper_id = %(kept)s AND {same})
    """  # noqa: S608 - made of this module's own constants
