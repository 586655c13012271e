import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from accounts.matching import arrivals, lease
from accounts.matching.arrivals import Outcome, match_arrivals, recheck
from accounts.models import MatchCursor, QueryMatch, StandingQuery
from papers.models import Paper, SearchEpoch
from papers.search import changes
from tests.factories import make_follow, make_match, make_paper

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.now(UTC)
TODAY = NOW.date()
MatchAll = Callable[[datetime], Outcome]


@pytest.fixture(autouse=True)
def begun(match_all: MatchAll) -> None:
    match_all(NOW)


def pairs() -> set[tuple[str, str]]:
    return set(QueryMatch.objects.values_list("standing__text", "paper__title"))


def test_a_paper_that_comes_meets_every_search(match_all: MatchAll) -> None:
    for query in ("kestrel", "kestrel owl", "cat:cs.CL", "wren"):
        make_follow(query=query)
    make_paper(title="Kestrels", announced_on=TODAY, categories=("cs.CL",))
    make_paper(title="An owl and a kestrel", announced_on=TODAY, categories=("cs.LG",))
    match_all(NOW)
    assert pairs() == {
        ("kestrel", "Kestrels"),
        ("kestrel", "An owl and a kestrel"),
        ("kestrel owl", "An owl and a kestrel"),
        ("cat:cs.CL", "Kestrels"),
    }


def test_what_readers_share_is_asked_once(match_all: MatchAll) -> None:
    make_follow(query="kestrel owl")
    make_follow(query="Owl KESTREL")
    make_paper(title="An owl and a kestrel", announced_on=TODAY)
    match_all(NOW)
    assert QueryMatch.objects.count() == 1


def test_matching_the_same_paper_again_writes_nothing_new(match_all: MatchAll) -> None:
    make_follow()
    paper = make_paper(title="Kestrels", announced_on=TODAY)
    match_all(NOW)
    before = QueryMatch.objects.get()
    Paper.objects.filter(pk=paper.pk).update(abstract="Now with an abstract.")
    match_all(NOW + timedelta(hours=1))
    after = QueryMatch.objects.get()
    assert (after.pk, after.matched_at) == (before.pk, before.matched_at)


def test_a_paper_that_matches_no_more_is_taken_away(match_all: MatchAll) -> None:
    make_follow()
    paper = make_paper(title="Kestrels", announced_on=TODAY)
    match_all(NOW)
    Paper.objects.filter(pk=paper.pk).update(title="Falcons")
    match_all(NOW)
    assert pairs() == set()


def test_a_paper_counts_from_when_it_first_matched(match_all: MatchAll) -> None:
    StandingQuery.objects.filter(pk=make_follow().standing_id or 0).update(seeded_at=NOW)
    paper = make_paper(title="Falcons", announced_on=TODAY)
    match_all(NOW)
    later = NOW + timedelta(days=2)
    Paper.objects.filter(pk=paper.pk).update(title="Kestrels")
    match_all(later)
    assert QueryMatch.objects.get().matched_at == later


def test_old_papers_are_not_matched(match_all: MatchAll) -> None:
    make_follow()
    make_paper(title="Kestrels", announced_on=TODAY - timedelta(days=31))
    match_all(NOW)
    assert pairs() == set()


def test_more_papers_than_a_batch_are_matched_in_several(
    match_all: MatchAll, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_follow()
    monkeypatch.setattr(arrivals, "BATCH_PAPERS", 2)
    for number in range(5):
        make_paper(title=f"Kestrels {number}", announced_on=TODAY)
    match_all(NOW)
    assert len(pairs()) == 5


def test_nobody_follows_anything(match_all: MatchAll) -> None:
    make_paper(title="Kestrels", announced_on=TODAY)
    assert match_all(NOW).asked == 0
    assert MatchCursor.objects.get().leased_until is None


def test_while_one_worker_is_at_it_another_does_nothing() -> None:
    make_follow()
    make_paper(title="Kestrels", announced_on=TODAY)
    held = lease.take()
    assert match_arrivals(now=NOW) == recheck(now=NOW) == Outcome()
    assert held is not None
    assert pairs() == set()


def test_a_worker_that_died_holds_others_up_for_two_minutes(match_all: MatchAll) -> None:
    make_follow()
    make_paper(title="Kestrels", announced_on=TODAY)
    past = NOW - timedelta(seconds=1)
    MatchCursor.objects.update(lease_token=uuid.uuid4(), leased_until=past)
    match_all(NOW)
    assert len(pairs()) == 1


def test_a_failure_moves_nothing_and_gives_the_turn_back(
    match_all: MatchAll, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_follow()
    make_paper(title="Kestrels", announced_on=TODAY)
    with monkeypatch.context() as broken:
        broken.setattr(arrivals, "write", lambda *_args, **_named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            match_all(NOW)
    state = MatchCursor.objects.get()
    assert state.cursor <= changes.newest_change()
    assert state.leased_until is None
    match_all(NOW)
    assert len(pairs()) == 1


def test_a_restored_database_is_looked_through_anew() -> None:
    recheck(now=NOW)
    make_follow()
    make_paper(title="Kestrels", announced_on=TODAY)
    SearchEpoch.objects.update_or_create(pk=1, defaults={"epoch": uuid.uuid4()})
    match_arrivals(now=NOW)
    assert pairs() == set()
    recheck(now=NOW)
    assert len(pairs()) == 1


def test_recent_papers_are_looked_at_again_once_a_day() -> None:
    recheck(now=NOW)
    make_match(follow=make_follow(), paper=make_paper(title="Wrens", announced_on=TODAY))
    assert recheck(now=NOW) == Outcome()
    assert recheck(now=NOW + timedelta(days=1)).asked == 1
    assert pairs() == set()


def test_the_daily_look_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    make_follow()
    for number in range(5):
        make_paper(title=f"Kestrels {number}", announced_on=TODAY)
    monkeypatch.setattr(arrivals, "BATCH_PAPERS", 2)
    assert [recheck(now=NOW).goes_on for _batch in range(4)] == [True, True, False, False]
    assert len(pairs()) == 5
    state = MatchCursor.objects.get()
    assert (state.recheck_after, state.rechecked_on) == (None, TODAY)


def test_matches_are_forgotten_after_four_months() -> None:
    paper = make_paper(title="Kestrels", announced_on=TODAY - timedelta(days=140))
    make_match(follow=make_follow(), paper=paper, at=NOW - timedelta(days=121))
    recheck(now=NOW)
    assert pairs() == set()


def test_a_whole_daily_look_stands_for_the_first_one_of_a_search() -> None:
    make_follow()
    recheck(now=NOW)
    assert StandingQuery.objects.get().seeded_at is None
    recheck(now=NOW + timedelta(days=2))
    assert StandingQuery.objects.get().seeded_at is not None


def test_a_paper_of_a_transaction_under_way_is_matched_once_it_is_there(
    match_all: MatchAll,
) -> None:
    """What was written before it was read, and committed after, is not passed over."""
    make_follow(query="kestrel")
    make_paper()  # the category is there: else one would wait for the other to make it
    written, may_commit = threading.Event(), threading.Event()

    def insert() -> None:
        with transaction.atomic():
            make_paper(title="Kestrels under way", announced_on=TODAY)
            written.set()
            may_commit.wait(20)
        connection.close()

    writer = threading.Thread(target=insert)
    writer.start()
    assert written.wait(20)
    make_paper(title="Kestrels at once", announced_on=TODAY)
    match_arrivals(now=NOW)
    may_commit.set()
    writer.join()
    match_all(NOW)
    assert ("kestrel", "Kestrels under way") in pairs()
