from datetime import date, timedelta
from typing import Any

import pytest

from papers.coverage import ledger, restate, witness
from papers.models import Batch
from tests.factories import DAY, make_announcement, make_paper, make_source
from tests.papers.coverage.rows import (
    LABOR_DAY,
    NOON,
    make_arxiv_source,
    make_batch,
    the_batch,
    write,
)

pytestmark = pytest.mark.django_db

State = Batch.State
EARLY = NOON - timedelta(hours=9)  # three in the morning: due, not yet late
BEFORE = DAY - timedelta(days=3)  # the Friday before


def test_a_daily_feed_counts_what_was_announced_not_what_the_answer_repeats() -> None:
    source = make_arxiv_source()
    make_announcement(category="cs.CL")
    make_announcement(category="cs.LG")
    assert write(source, received=100).received == 1
    assert the_batch().state == State.UNKNOWN


def test_a_whole_archive_counts_each_paper_once() -> None:
    paper = make_paper(categories=("cs.CL", "cs.LG"))
    make_announcement(paper=paper, category="cs.CL")
    make_announcement(paper=paper, category="cs.LG", kind="cross")
    assert write(make_arxiv_source(key="cs")).received == 1


def test_other_sources_have_no_calendar() -> None:
    assert write(make_source(), received=0).state == State.NONE_TODAY
    assert write(make_source(key="other"), received=12).state == State.UNKNOWN


def test_what_was_left_out_is_kept_up_to_fifty_sentences() -> None:
    write(make_source(), rejected=70, problems=["Item 1 has no title."] * 70)
    assert (the_batch().rejected, len(the_batch().problems)) == (70, 50)


def test_a_further_page_keeps_what_was_left_out_of_the_first() -> None:
    source = make_source()
    write(source, received=98, rejected=2, problems=["Item 1 has no id.", "Item 7 has no id."])
    batch = write(
        source, received=4, rejected=1, problems=["Item 3 has no id."], is_further_page=True
    )
    assert (batch.received, batch.rejected, len(batch.problems)) == (102, 3, 3)


def test_the_stated_total_stays_when_the_feed_is_read_again() -> None:
    source = make_arxiv_source()
    make_announcement(category="cs.CL")
    witness("cs.CL", day=DAY, expected=2, witnessed_at=NOON)
    assert write(source, received=1).state == State.PARTIAL
    make_announcement(category="cs.CL")
    assert write(source, received=2).state == State.COMPLETE


def test_a_stated_total_makes_the_missing_the_batch() -> None:
    make_arxiv_source()
    witness("cs.CL", day=DAY, expected=108, witnessed_at=NOON)
    assert (the_batch().received, the_batch().expected, the_batch().state) == (0, 108, State.LATE)
    assert the_batch().read_at is None


def test_a_total_of_a_category_nobody_reads_is_dropped() -> None:
    assert witness("cs.CL", day=DAY, expected=108, witnessed_at=NOON) is None
    assert not Batch.objects.exists()


def test_an_empty_answer_is_late_only_from_six_in_the_morning() -> None:
    source = make_arxiv_source()
    assert write(source, read_at=EARLY).state == State.UNKNOWN
    assert write(source, read_at=NOON).state == State.LATE


def test_a_day_that_brought_papers_is_no_holiday() -> None:
    source = make_arxiv_source()
    assert write(source, day=LABOR_DAY).state == State.HOLIDAY
    make_announcement(category="cs.CL", on=LABOR_DAY)
    assert write(source, day=LABOR_DAY).state == State.UNKNOWN


def test_a_day_on_which_nothing_came_gets_a_the_batch() -> None:
    make_arxiv_source()
    assert restate(now=NOON) == 1
    batch = the_batch()
    assert (batch.announced_on, batch.state, batch.read_at) == (DAY, State.LATE, None)


def test_the_second_time_nothing_is_written() -> None:
    make_arxiv_source()
    restate(now=NOON)
    assert restate(now=NOON + timedelta(minutes=5)) == 0
    assert the_batch().updated_at == NOON


def test_nothing_is_late_before_six_nor_on_a_weekend() -> None:
    make_arxiv_source()
    assert restate(now=EARLY) == 0
    assert restate(now=NOON + timedelta(days=5)) == 0


def test_days_missed_while_the_site_was_off_are_late() -> None:
    source = make_arxiv_source()
    make_batch(source=source, day=DAY - timedelta(days=4), received=3)
    restate(now=NOON)
    late = Batch.objects.filter(state=State.LATE)
    assert set(late.values_list("announced_on", flat=True)) == {BEFORE, DAY}


def test_a_feed_added_today_owes_nothing_for_yesterday() -> None:
    make_arxiv_source()
    restate(now=NOON + timedelta(days=1))
    assert the_batch().announced_on == DAY + timedelta(days=1)


@pytest.mark.parametrize("fields", [{"is_active": False}, {"last_attempt_at": None}])
def test_a_feed_that_is_paused_or_was_never_tried_is_not_late(fields: dict[str, Any]) -> None:
    make_arxiv_source(**fields)
    assert restate(now=NOON) == 0


def test_an_empty_early_answer_becomes_late() -> None:
    write(make_arxiv_source(), read_at=EARLY)
    assert restate(now=NOON) == 1
    assert the_batch().state == State.LATE


def test_a_holiday_entered_afterwards_excuses_the_day() -> None:
    make_batch(source=make_arxiv_source(), day=date(2026, 9, 8), state=State.LATE)
    restate(now=NOON + timedelta(days=190))
    assert Batch.objects.get(announced_on=date(2026, 9, 8)).state == State.HOLIDAY


def test_other_sources_are_left_alone() -> None:
    make_batch(source=make_source(), state=State.UNKNOWN)
    assert restate(now=NOON) == 0


def test_papers_that_come_while_states_are_told_are_not_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(make_arxiv_source(), read_at=EARLY)
    told = ledger.restate_batch

    def tell_while_papers_come(*args: Any, **options: Any) -> None:
        told(*args, **options)
        Batch.objects.update(received=3)

    monkeypatch.setattr(ledger, "restate_batch", tell_while_papers_come)
    assert restate(now=NOON) == 0
    assert the_batch().state == State.UNKNOWN
