"""Counting how often papers are cited, each at most once a week.

It decides whose turn it is: half of each question are the most popular papers, the rest the newest.
Only with a key (SEMANTIC_SCHOLAR_KEY). Read more: papers/feeds/semantic_scholar.py.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet

from papers.counts import Counted, store_counts
from papers.feeds.parsing import parse_apart
from papers.feeds.records import FetchError
from papers.feeds.semantic_scholar import MOST_IDS, fetch_citations, parse
from papers.models import Paper, PaperOrigin, Signal, TextSource

AGAIN_AFTER = timedelta(days=7)
# A week's papers of all arXiv, spread over its hours.
MOST_A_ROUND = 2_000
ORIGIN = "semantic_scholar"
# It calls it a bad request when it knows none of the papers asked for.
NONE_KNOWN = 400
MOST_UNKNOWN_AT_ONCE = 50

_NOTE_ASKED = """
INSERT INTO papers_paperorigin (paper_id, origin, digest)
SELECT id, %s, %s FROM papers_paper WHERE id = ANY(%s) ORDER BY id
ON CONFLICT (paper_id, origin) DO UPDATE SET digest = EXCLUDED.digest
"""


def count_citations(
    *, now: datetime, most: int = MOST_A_ROUND, go_on: Callable[[], bool] = lambda: True
) -> Counted:
    """Ask for the papers whose turn it is, 500 a question, and store what is known of them.

    `go_on` is asked before each question whether the turn is still ours. Raises FetchError or
    ParseError; what came before that is stored.
    """
    counted = Counted()
    day = now.astimezone(UTC).date()
    while (left := most - counted.asked) > 0 and go_on():
        papers = _due(now, most=min(left, MOST_IDS))
        if not papers:
            break
        counts = _ask(list(papers.values()))
        values = {pk: counts[name] for pk, name in papers.items() if name in counts}
        counted.changed += store_counts(Signal.Kind.S2_CITATIONS, values, day=day)
        counted.asked += len(papers)
        counted.answered += len(values)
        _note_asked(list(papers), now)
    return counted


def _ask(arxiv_ids: list[str]) -> dict[str, int]:
    try:
        answer = fetch_citations(arxiv_ids)
    except FetchError as error:
        if error.status == NONE_KNOWN and len(arxiv_ids) <= MOST_UNKNOWN_AT_ONCE:
            return {}
        raise
    counts: dict[str, int] = parse_apart(parse, answer.body, arxiv_ids=arxiv_ids)
    return counts


def _due(now: datetime, *, most: int) -> dict[int, str]:
    """arXiv ids by paper, of those not asked about for a week; the most popular ones first."""
    # PaperOrigin remembers, since a paper that is not known there gets no signal.
    lately = PaperOrigin.objects.filter(
        paper=OuterRef("pk"), origin=ORIGIN, digest__gt=_minutes(now - AGAIN_AFTER)
    )
    due = Paper.objects.filter(~Exists(lately), arxiv_id__isnull=False)
    due = due.exclude(text_source=TextSource.SAMPLE)
    popular = due.filter(stats__popularity__gt=0).order_by("-stats__popularity", "-pk")
    newest = due.order_by(F("announced_on").desc(nulls_last=True), "-pk")
    papers = _ids(popular[: most // 2]) | _ids(newest[:most])
    return dict(list(papers.items())[:most])


def _ids(papers: "QuerySet[Paper]") -> dict[int, str]:
    return {pk: name for pk, name in papers.values_list("pk", "arxiv_id") if name}


def _note_asked(paper_ids: list[int], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_ASKED, [ORIGIN, _minutes(now), paper_ids])


def _minutes(moment: datetime) -> int:
    return int(moment.timestamp()) // 60
