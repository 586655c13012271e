from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now

from accounts.matching import lease, writing
from accounts.matching.batch import Matches
from accounts.matching.lease import Lease, LeaseLost
from accounts.models import Follow, MatchCursor, QueryMatch, StandingQuery
from papers.models import Paper
from tests.factories import make_follow, make_match, make_paper

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def mine() -> Lease:
    taken = lease.take()
    assert taken is not None
    return taken


def make_matches(*pairs: tuple[Follow, Paper]) -> Matches:
    matches = Matches()
    for follow, paper in pairs:
        assert follow.standing_id is not None
        matches.add(follow.standing_id, [paper.pk])
        matches.highest_id = max(matches.highest_id, follow.standing_id)
    return matches


def test_matches_come_in_several_transactions(mine: Lease, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PAIRS_A_TRANSACTION", 2)
    follow, papers = make_follow(), [make_paper() for _number in range(5)]
    matches = make_matches(*((follow, paper) for paper in papers))
    ids = [paper.pk for paper in papers]
    assert writing.write(matches, ids, at=NOW, lease=mine) == 5
    assert writing.write(matches, ids, at=NOW, lease=mine) == 0


def test_only_papers_looked_at_lose_their_matches(mine: Lease) -> None:
    follow, looked_at, other = make_follow(), make_paper(), make_paper()
    make_match(follow=follow, paper=looked_at)
    make_match(follow=follow, paper=other)
    matches = Matches(highest_id=follow.standing_id or 0)
    writing.write(matches, [looked_at.pk], at=NOW, lease=mine)
    assert QueryMatch.objects.get().paper == other


def test_a_query_that_was_not_asked_keeps_its_matches(mine: Lease) -> None:
    follow, paper = make_follow(), make_paper()
    make_match(follow=follow, paper=paper)
    writing.write(Matches(highest_id=0), [paper.pk], at=NOW, lease=mine)
    assert QueryMatch.objects.exists()


def test_for_a_query_just_followed_a_paper_counts_from_when_it_came(mine: Lease) -> None:
    new, old, paper = make_follow(query="owl"), make_follow(query="wren"), make_paper()
    StandingQuery.objects.filter(pk=old.standing_id or 0).update(seeded_at=NOW)
    Paper.objects.update(first_seen_at=NOW - timedelta(days=9))
    writing.write(make_matches((new, paper), (old, paper)), [paper.pk], at=NOW, lease=mine)
    moments = dict(QueryMatch.objects.values_list("standing__text", "matched_at"))
    assert moments == {"owl": NOW - timedelta(days=9), "wren": NOW}


def test_what_went_meanwhile_is_left_out(mine: Lease) -> None:
    gone, kept, paper = make_follow(query="owl"), make_follow(query="wren"), make_paper()
    matches = make_matches((gone, paper), (kept, paper), (kept, make_paper()))
    gone.delete()
    Paper.objects.exclude(pk=paper.pk).delete()
    assert writing.write(matches, [paper.pk], at=NOW, lease=mine) == 1


def test_a_worker_whose_turn_ended_writes_nothing(mine: Lease) -> None:
    follow, paper = make_follow(), make_paper()
    make_match(follow=follow, paper=paper)
    MatchCursor.objects.update(leased_until=Now() - timedelta(seconds=1))
    assert lease.take() is not None
    highest = Matches(highest_id=follow.standing_id or 0)
    for matches in (highest, make_matches((follow, make_paper()))):
        with pytest.raises(LeaseLost):
            writing.write(matches, [paper.pk], at=NOW, lease=mine)
    assert QueryMatch.objects.get().paper == paper


def test_a_search_that_could_not_be_asked_keeps_its_matches(mine: Lease) -> None:
    follow, paper = make_follow(), make_paper()
    make_match(follow=follow, paper=paper)
    matches = Matches()
    assert follow.standing_id is not None
    matches.highest_id, matches.failed = follow.standing_id, [follow.standing_id]
    writing.write(matches, [paper.pk], at=NOW, lease=mine)
    assert QueryMatch.objects.count() == 1


def test_more_papers_than_a_transaction_takes_lose_their_matches(mine: Lease) -> None:
    follow, papers = make_follow(), [make_paper() for _number in range(60)]
    for paper in papers:
        make_match(follow=follow, paper=paper)
    matches = Matches()
    matches.highest_id = follow.standing_id or 0
    writing.write(matches, [paper.pk for paper in papers], at=NOW, lease=mine)
    assert not QueryMatch.objects.exists()
