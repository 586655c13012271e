"""Two at once, each in a transaction of its own: no number is lost and nobody waits for ever."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from papers import counts, trending
from papers.models import Paper, PaperStats, WindowGain
from tests.factories import DAY, make_paper

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def beside(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def vote(paper: Paper) -> None:
    counts.change_own("votes", {paper.pk: 1}, now=NOW)


def test_a_vote_under_way_is_not_undone_by_computing_all_anew() -> None:
    paper = make_paper()
    with transaction.atomic():
        vote(paper)
        other = beside(lambda: trending.recompute(today=DAY))
        other.join(0.5)
        assert other.is_alive()  # it waits for the vote
    other.join()
    stats = PaperStats.objects.get(paper=paper)
    assert stats.votes == 1
    assert stats.popularity == pytest.approx(0.30103, abs=1e-4)
    assert WindowGain.objects.get(paper=paper, span="today").votes == 1


def test_votes_at_once_are_all_counted_and_ranked() -> None:
    paper = make_paper()
    threads = [beside(lambda: vote(paper)) for _ in range(8)]
    for thread in threads:
        thread.join()
    stats = PaperStats.objects.get(paper=paper)
    assert stats.votes == WindowGain.objects.get(paper=paper, span="today").votes == 8
    assert stats.popularity == pytest.approx(0.95424, abs=1e-4)
