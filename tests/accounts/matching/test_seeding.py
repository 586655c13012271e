from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.matching import lease, seeding
from accounts.matching.arrivals import Outcome
from accounts.models import MatchCursor, QueryMatch, StandingQuery
from papers.models import Paper
from papers.search import folder
from papers.search.follower import index_now
from tests.factories import make_follow, make_paper

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.now(UTC)
TODAY = NOW.date()
MatchAll = Callable[[datetime], Outcome]


@pytest.fixture(autouse=True)
def begun(match_all: MatchAll) -> None:
    match_all(NOW)


def test_a_search_just_followed_gets_the_last_30_days_at_once() -> None:
    make_paper(title="New kestrels", announced_on=TODAY - timedelta(days=29))
    make_paper(title="Old kestrels", announced_on=TODAY - timedelta(days=31))
    Paper.objects.update(first_seen_at=NOW - timedelta(days=20))
    index_now()
    make_follow()
    assert seeding.seed(now=NOW) == 1
    match = QueryMatch.objects.get()
    assert (match.paper.title, match.matched_at) == ("New kestrels", NOW - timedelta(days=20))
    assert StandingQuery.objects.get().seeded_at == NOW
    assert seeding.seed(now=NOW) == 0


def test_without_an_index_it_waits() -> None:
    make_follow()
    assert seeding.seed(now=NOW) == 0
    assert StandingQuery.objects.get().seeded_at is None


def test_it_waits_for_an_index_that_is_behind_what_was_matched(match_all: MatchAll) -> None:
    index_now()
    make_paper(title="Kestrels", announced_on=TODAY)
    match_all(NOW)
    make_follow()
    assert seeding.seed(now=NOW) == 0
    index_now()
    assert seeding.seed(now=NOW) == 1
    assert QueryMatch.objects.count() == 1


def test_it_does_not_wait_for_an_index_that_only_has_nothing_new() -> None:
    make_paper(title="Kestrels", announced_on=TODAY)
    index_now()
    make_follow()
    state = folder.read_state()
    assert state is not None
    MatchCursor.objects.update(cursor=state.cursor + 5)
    assert seeding.seed(now=NOW) == 1


def test_while_another_worker_writes_it_waits() -> None:
    index_now()
    make_follow()
    assert lease.take() is not None
    assert seeding.seed(now=NOW) == 0
    MatchCursor.objects.update(leased_until=None)
    assert seeding.seed(now=NOW) == 1


def test_a_search_that_cannot_be_asked_holds_no_other_up(monkeypatch: pytest.MonkeyPatch) -> None:
    make_paper(title="Kestrels", announced_on=TODAY)
    index_now()
    make_follow(query="owl"), make_follow(query="kestrel")

    def fail(text: str, now: datetime) -> list[int]:
        return ask(text, now) if text == "kestrel" else [1 // 0]

    ask = seeding._recent_papers
    monkeypatch.setattr(seeding, "_recent_papers", fail)
    assert seeding.seed(now=NOW) == 2
    assert QueryMatch.objects.get().standing.text == "kestrel"


def test_papers_that_were_never_announced_are_dated_by_their_submission() -> None:
    moment = NOW - timedelta(days=9)
    paper = make_paper(title="Kestrels", announced_on=None, submitted_at=moment)
    index_now()
    make_follow()
    seeding.seed(now=NOW)
    assert QueryMatch.objects.get().paper == paper
