from datetime import date, timedelta

import pytest

from papers import ranking
from papers.models import PaperStats, Signal, WeightChange
from papers.ranking import Counts
from papers.trending import scores
from tests.factories import DAY, make_paper

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("counts", "announced_on", "listed_on"),
    [
        (Counts(), date(2026, 3, 7), None),
        (Counts(votes=5, saves=2, upvotes=80, stars_gained=12_000), date(2024, 2, 29), None),
        (Counts(votes=1, citations=310), date(1991, 8, 14), None),
        (Counts(upvotes=3), date(2026, 3, 2), date(2026, 3, 5)),
        (Counts(upvotes=3), date(2026, 3, 2), date(2026, 4, 5)),
        (Counts(upvotes=3), date(2026, 3, 2), date(2026, 2, 27)),
    ],
)
def test_postgres_computes_the_same_score(
    counts: Counts, announced_on: date, listed_on: date | None
) -> None:
    paper = make_paper(announced_on=announced_on)
    values = {name: getattr(counts, name) for _weight, name in ranking.TERMS}
    PaperStats.objects.update(**values, listed_on=listed_on)
    scores.rerank([paper.pk], today=DAY)
    stats = PaperStats.objects.get(paper=paper)
    noticed_on = ranking.day_noticed(announced_on, listed_on)
    expected = ranking.score(counts, noticed_on)
    assert stats.noticed_on == noticed_on
    assert stats.popularity == pytest.approx(expected.popularity)
    assert stats.newness == pytest.approx(expected.newness)
    assert stats.score == pytest.approx(expected.total)


def test_the_weights_in_force_are_used() -> None:
    paper = make_paper(upvotes=10)
    WeightChange.objects.create(reason="Upvotes only", vote=0, saved=0, upvote=0.9, star=0)
    scores.rerank([paper.pk], today=DAY)
    assert PaperStats.objects.get(paper=paper).popularity == pytest.approx(1.0)


def test_a_paper_without_a_date_is_dated_by_the_month_in_its_id() -> None:
    paper = make_paper(arxiv_id="2603.00141", announced_on=None)
    scores.rerank([paper.pk], today=DAY)
    assert PaperStats.objects.get(paper=paper).noticed_on == date(2026, 3, 1)


def test_ranking_again_writes_no_row() -> None:
    paper = make_paper(upvotes=12)
    scores.rerank([paper.pk], today=DAY)
    assert scores.rerank([paper.pk], today=DAY + timedelta(days=400)) == 0


def test_a_paper_rises_on_the_day_its_popularity_reaches_a_new_step() -> None:
    paper = make_paper(upvotes=4)
    scores.rerank([paper.pk], today=DAY)
    PaperStats.objects.filter(paper=paper).update(upvotes=40)
    scores.rerank([paper.pk], today=date(2026, 3, 5))
    PaperStats.objects.filter(paper=paper).update(upvotes=41)
    scores.rerank([paper.pk], today=date(2026, 3, 6))
    assert PaperStats.objects.get(paper=paper).risen_on == date(2026, 3, 5)


def test_only_the_papers_named_are_ranked() -> None:
    named, other = make_paper(upvotes=9), make_paper(upvotes=9)
    scores.rerank([named.pk], today=DAY)
    popularity = dict(PaperStats.objects.values_list("paper_id", "popularity"))
    assert popularity[named.pk] > popularity[other.pk] == 0


def test_every_kind_of_signal_but_comments_has_a_weight() -> None:
    assert len(ranking.TERMS) == len(Signal.Kind) - 1
