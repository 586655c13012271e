import logging
from datetime import date, timedelta

import pytest

from papers import snapshots
from papers.feeds.records import PaperRecord, SignalRecord
from papers.ingest import ingest
from papers.models import Paper, PaperStats, RefusedSignal, Signal, Standing, TextSource
from tests.factories import DAY, make_paper, make_signal

pytestmark = pytest.mark.django_db
STARS = Signal.Kind.GITHUB_STARS
TOMORROW = DAY + timedelta(days=1)


@pytest.fixture
def paper() -> Paper:
    found = make_paper()
    make_signal(found, 100, kind=STARS)
    return found


def stored(paper: Paper) -> list[int]:
    return list(paper.signals.order_by("observed_on").values_list("value", flat=True))


def test_a_day_keeps_the_newest_value_and_when_it_was_seen(paper: Paper) -> None:
    before = paper.signals.get().observed_at
    make_signal(paper, 107, kind=STARS)
    assert paper.signals.get().value == 107
    assert paper.signals.get().observed_at > before


def test_ten_million_stars_overnight_are_refused_and_logged(
    paper: Paper, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        make_signal(paper, 10_000_000, on=TOMORROW, kind=STARS)
    refused = RefusedSignal.objects.get()
    assert (refused.value, refused.believed, refused.observed_on) == (10_000_000, 100, TOMORROW)
    assert stored(paper) == [100]
    assert "cannot be true" in caplog.text
    assert not Standing.objects.filter(ranking="today", paper=paper).exists()


def test_they_are_refused_on_the_same_day_too(paper: Paper) -> None:
    make_signal(paper, 900_000, kind=STARS)
    assert stored(paper) == [100]


def test_what_is_true_after_all_is_believed_once_enough_days_are_over(paper: Paper) -> None:
    make_signal(paper, 120_000, on=TOMORROW, kind=STARS)
    assert stored(paper) == [100]
    make_signal(paper, 120_000, on=DAY + timedelta(days=3), kind=STARS)
    assert stored(paper) == [100, 120_000]


def test_what_is_refused_again_is_one_row(paper: Paper) -> None:
    for value in (9_000_000, 9_500_000):
        make_signal(paper, value, on=TOMORROW, kind=STARS)
    assert RefusedSignal.objects.get().value == 9_500_000


def test_other_papers_of_the_same_answer_are_stored(paper: Paper) -> None:
    other = make_paper()
    written = snapshots.store(STARS, {paper.pk: 10_000_000, other.pk: 7}, day=TOMORROW)
    assert written == 1
    assert stored(other) == [7]


def test_a_paper_that_is_gone_is_left_out() -> None:
    assert snapshots.store(STARS, {987_654: 3}, day=DAY) == 0


@pytest.mark.parametrize("value", [-1, -(2**40), 2**31, 10**18])
def test_numbers_that_no_column_holds_are_left_out_of_a_feed(value: int) -> None:
    record = PaperRecord(
        arxiv_id="2603.00001",
        title="Tides",
        signals=(SignalRecord("hf_upvotes", DAY, value),),
    )
    ingest([record], text_source=TextSource.HUGGING_FACE, today=DAY)
    assert not Signal.objects.exists()


def test_the_day_of_a_list_is_when_a_paper_was_noticed() -> None:
    first, listed = date(2026, 2, 26), date(2026, 3, 2)
    make_paper(arxiv_id="2603.00001", announced_on=first)
    record = PaperRecord(
        arxiv_id="2603.00001",
        title="Tides",
        listed_on=listed,
        signals=(SignalRecord("hf_upvotes", DAY, 3),),
    )
    ingest([record], text_source=TextSource.HUGGING_FACE, today=DAY)
    stats = PaperStats.objects.get()
    assert (stats.listed_on, stats.noticed_on) == (listed, listed)


def test_a_blog_that_names_a_paper_later_makes_it_no_newer() -> None:
    first = date(2026, 2, 26)
    make_paper(arxiv_id="2603.00001", announced_on=first)
    record = PaperRecord(arxiv_id="2603.00001", title="Tides", listed_on=DAY)
    ingest([record], text_source=TextSource.FEED, today=DAY)
    assert PaperStats.objects.get().noticed_on == first


def test_the_bound_of_a_day_holds_for_all_its_readings(paper: Paper) -> None:
    for value in (40_000, 80_000, 120_000):
        make_signal(paper, value, on=TOMORROW, kind=STARS)
    assert stored(paper) == [100, 40_000]
