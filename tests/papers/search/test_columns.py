import time

import numpy as np
import pytest
from django.db import connections

from papers.models import PaperStats
from papers.search import columns
from papers.search.columns import Columns
from papers.search.hits import Ids
from tests.factories import make_paper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forgotten() -> None:
    columns.forget()


def age(seconds: float) -> None:
    columns._kept.read_at = time.monotonic() - seconds


def next_transaction() -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def known(paper_id: int, name: str) -> float:
    read = columns.current()
    at = int(np.flatnonzero(read.ids == paper_id)[0])
    return float(read.values[name][at])


def test_counts_are_read_as_they_are() -> None:
    paper = make_paper(votes=3, upvotes=7, score=1.5)
    names = ("votes", "upvotes", "stars", "score")
    assert [known(paper.pk, name) for name in names] == [3, 7, -1, 1.5]


def test_without_any_paper_there_is_nothing() -> None:
    read = columns.current()
    assert len(read.ids) == len(read.best_first("votes")) == 0
    assert read.of("votes", np.array([1, 2], np.int64)).tolist() == [0, 0]


def test_change_is_seen_after_ten_seconds() -> None:
    changed, same = make_paper(votes=1), make_paper(votes=5)
    columns.current()
    PaperStats.objects.filter(paper=changed).update(votes=9)
    assert known(changed.pk, "votes") == 1
    age(10)
    assert (known(changed.pk, "votes"), known(same.pk, "votes")) == (9, 5)


def test_new_paper_takes_its_place() -> None:
    first = make_paper(votes=1)
    columns.current().best_first("votes")
    second = make_paper(votes=7)
    age(10)
    assert known(second.pk, "votes") == 7
    assert columns.current().best_first("votes").tolist() == [second.pk, first.pk]


@pytest.mark.django_db(transaction=True)
def test_only_rows_changed_since_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    old = make_paper(votes=1)
    columns.current()
    changed = make_paper(votes=2)
    read: list[list[int]] = []
    whole = Columns.with_changed

    def spy(kept: Columns, changes: Columns) -> Columns:
        read.append(changes.ids.tolist())
        return whole(kept, changes)

    monkeypatch.setattr(Columns, "with_changed", spy)
    age(10)
    assert known(changed.pk, "votes") == 2
    assert changed.pk in read[0]
    age(10)
    # Other tests' transactions on the same server hold the horizon back for moments.
    columns._kept.decided = next_transaction()
    PaperStats.objects.filter(paper=changed).update(votes=3)
    assert known(changed.pk, "votes") == 3
    assert old.pk not in read[1]


@pytest.mark.django_db(transaction=True)
def test_ageing_columns_are_read_beside_the_search_that_uses_them() -> None:
    paper = make_paper(votes=1)
    columns.current()
    PaperStats.objects.filter(paper=paper).update(votes=2)
    age(6)
    assert known(paper.pk, "votes") in (1, 2)
    with columns._kept.lock:
        assert columns._kept.columns is not None
    assert known(paper.pk, "votes") == 2
    assert len(connections.all(initialized_only=True)) == 1


@pytest.mark.parametrize(
    ("least", "most", "wanted"),
    [(None, None, [1, 2]), (0, 0, [1]), (1, None, [2]), (None, 8, [1]), (9, 9, [2]), (-5, -1, [])],
)
def test_bounds_are_included_and_the_unknown_is_within_none(
    least: int | None, most: int | None, wanted: list[int]
) -> None:
    ids = np.array([1, 2, 3], np.int64)
    read = Columns(ids, {"stars": np.array([0, 9, -1], np.int32)})
    assert read.ids_between("stars", least, most).tolist() == wanted


def test_best_come_first_then_the_latest() -> None:
    ids = np.array([1, 2, 3, 4], np.int64)
    read = Columns(ids, {"votes": np.array([5, 0, 5, 9], np.int32)})
    assert read.best_first("votes").tolist() == [4, 3, 1]


def test_an_order_that_is_used_first_while_changes_are_merged_disturbs_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = Columns(np.array([1, 2]), {"votes": np.array([1, 2]), "stars": np.array([2, 1])})
    read.best_first("votes")
    whole = Columns.best_first

    def meanwhile(merged: Columns, ranked: columns.Ranked) -> Ids:
        whole(read, "stars")  # as another thread's search does
        return whole(merged, ranked)

    monkeypatch.setattr(Columns, "best_first", meanwhile)
    changed = Columns(np.array([1]), {"votes": np.array([5]), "stars": np.array([2])})
    assert read.with_changed(changed).best_first("votes").tolist() == [1, 2]
