"""Counting how often papers are cited, each once a week, the newest papers first.

Only with a key (SEMANTIC_SCHOLAR_KEY). Read more: papers/feeds/semantic_scholar.py.
"""

from datetime import UTC, datetime, timedelta

from django.db.models import Exists, F, OuterRef

from papers.counts import Counted, store_counts
from papers.feeds.parsing import parse_apart
from papers.feeds.semantic_scholar import MOST_IDS, fetch_citations, parse
from papers.models import Paper, PaperOrigin, Signal

AGAIN_AFTER = timedelta(days=7)
# A week's papers of all arXiv, spread over its hours.
MOST_A_ROUND = 2_000
ORIGIN = "semantic_scholar"


def count_citations(*, now: datetime, most: int = MOST_A_ROUND) -> Counted:
    """Ask for the papers whose turn it is, 500 a question, and store what is known of them.

    Raises FetchError or ParseError; what came before that is stored.
    """
    counted = Counted()
    while counted.asked < most and (papers := _due(now)):
        arxiv_ids = [arxiv_id for _pk, arxiv_id in papers]
        answer = fetch_citations(arxiv_ids)
        counts: dict[str, int] = parse_apart(parse, answer.body, arxiv_ids=arxiv_ids)
        values = {pk: counts[arxiv_id] for pk, arxiv_id in papers if arxiv_id in counts}
        day = now.astimezone(UTC).date()
        counted.changed += store_counts(Signal.Kind.S2_CITATIONS, values, day=day)
        counted.asked += len(papers)
        counted.answered += len(values)
        _note_asked([pk for pk, _arxiv_id in papers], now)
    return counted


def _due(now: datetime) -> list[tuple[int, str]]:
    """Papers not asked about for a week. PaperOrigin remembers: who is unknown has no signal."""
    lately = PaperOrigin.objects.filter(
        paper=OuterRef("pk"), origin=ORIGIN, digest__gt=_minutes(now - AGAIN_AFTER)
    )
    papers = Paper.objects.filter(~Exists(lately), arxiv_id__isnull=False)
    newest = papers.order_by(F("announced_on").desc(nulls_last=True), "-pk")
    return [(pk, name) for pk, name in newest.values_list("pk", "arxiv_id")[:MOST_IDS] if name]


def _note_asked(paper_ids: list[int], now: datetime) -> None:
    asked = [PaperOrigin(paper_id=pk, origin=ORIGIN, digest=_minutes(now)) for pk in paper_ids]
    PaperOrigin.objects.bulk_create(
        asked,
        update_conflicts=True,
        unique_fields=["paper", "origin"],
        update_fields=["digest"],
    )


def _minutes(moment: datetime) -> int:
    return int(moment.timestamp()) // 60
