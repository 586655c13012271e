from datetime import date, timedelta

import pytest

from papers.coverage import recover_missed_days, witness
from papers.models import Announcement, Batch, Paper, TextSource
from tests.factories import DAY, make_announcement, make_paper
from tests.papers.coverage.rows import (
    NOON,
    SATURDAY,
    make_arxiv_source,
    the_batch,
    write,
)

pytestmark = pytest.mark.django_db

State = Batch.State


def recover() -> int:
    return recover_missed_days(today=DAY + timedelta(days=1))


def listed() -> set[tuple[str, str]]:
    return set(Announcement.objects.values_list("category_id", "kind"))


def test_a_missed_day_is_announced_from_what_the_repair_brought() -> None:
    make_arxiv_source(key="cs.CL")
    make_arxiv_source(key="cs.LG")
    make_paper(categories=("cs.LG", "cs.CL", "stat.ML"))
    assert recover() == 2
    assert listed() == {("cs.LG", "new"), ("cs.CL", "cross")}
    assert {(b.received, b.recovered, b.state) for b in Batch.objects.all()} == {
        (1, 1, State.UNKNOWN)
    }


def test_what_comes_a_night_later_is_added_and_nothing_twice() -> None:
    make_arxiv_source()
    witness("cs.CL", day=DAY, expected=2, witnessed_at=NOON)
    make_paper(categories=("cs.CL",))
    assert (recover(), the_batch().state) == (1, State.PARTIAL)
    make_paper(categories=("cs.CL",))
    assert (recover(), recover()) == (1, 0)
    batch = the_batch()
    assert (batch.received, batch.recovered, batch.state) == (2, 2, State.COMPLETE)


def test_a_day_that_the_feed_brought_is_left_as_it_is() -> None:
    source = make_arxiv_source()
    make_announcement(category="cs.CL")
    write(source)
    make_paper(categories=("cs.CL",))
    assert recover() == 0


def test_a_stale_feed_counts_as_missed() -> None:
    write(make_arxiv_source())
    make_paper(categories=("cs.CL",))
    assert recover() == 1
    assert (the_batch().received, the_batch().recovered) == (1, 1)


def test_a_paper_announced_on_another_day_is_not_announced_again() -> None:
    make_arxiv_source()
    paper = make_paper(categories=("cs.CL",))
    make_announcement(paper=paper, category="cs.CL", on=DAY + timedelta(days=1))
    assert recover() == 0


@pytest.mark.parametrize(
    ("announced_on", "text_source"),
    [
        (SATURDAY - timedelta(days=7), TextSource.ARXIV),
        (DAY + timedelta(days=1), TextSource.ARXIV),
        (DAY - timedelta(days=14), TextSource.ARXIV),
        (DAY, TextSource.HUGGING_FACE),
        (DAY, TextSource.FILE),
    ],
)
def test_only_past_announcement_days_and_arxivs_own_word_count(
    announced_on: date, text_source: TextSource
) -> None:
    make_arxiv_source()
    make_paper(categories=("cs.CL",), announced_on=announced_on, text_source=text_source)
    assert recover() == 0
    assert not Batch.objects.exists()


def test_a_whole_archive_is_recovered_in_its_categories() -> None:
    make_arxiv_source(key="cs")
    make_paper(categories=("cs.LG", "stat.ML", "cs.CL"))
    assert recover() == 2
    assert (the_batch().received, the_batch().recovered) == (1, 1)
    assert listed() == {("cs.LG", "new"), ("cs.CL", "cross")}


def test_recovering_leaves_the_day_of_the_paper_alone() -> None:
    make_arxiv_source()
    make_paper(categories=("cs.CL",))
    recover()
    assert Paper.objects.get().announced_on == DAY
