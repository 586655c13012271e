from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.digest import choose, ledger
from accounts.digest.items import NEAR, NEW, TRENDING, Choice
from accounts.digest.near import Near, NearFinder
from accounts.digest.readers import Reader
from accounts.models import Delivery, User
from papers.models import Paper, Vote
from readinglists.models import Entry, ReadingList
from tests.factories import make_paper, make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
TODAY = NOW.date()
pytestmark = pytest.mark.django_db


def find_nothing(those: Sequence[Reader]) -> dict[int, Sequence[Near]]:
    return {}


def near(*papers: Paper) -> NearFinder:
    return lambda those: {
        reader.user_id: [Near(paper.pk, next(iter(reader.liked))) for paper in papers]
        for reader in those
    }


def popular(*, upvotes: int = 9, announced_on: date | None = TODAY, **fields: Any) -> Paper:
    return make_paper(
        upvotes=upvotes,
        popularity=float(upvotes),
        score=float(upvotes),
        announced_on=announced_on,
        **fields,
    )


def save(user: User, paper: Paper) -> None:
    reading_list = ReadingList.objects.create(owner=user, title="Mine")
    Entry.objects.create(reading_list=reading_list, paper=paper, position="a0")


def mailed(user: User, *papers: Paper, at: datetime, state: str = "sent") -> None:
    items = [{"paper": paper.pk} for paper in papers]
    row = ledger.new_delivery(user, at.date(), at, state=state, finished_at=at, items=items)
    row.save()


def choose_for(user: User, finder: NearFinder = find_nothing) -> Choice:
    return choose.choose([user], NOW, finder)[user.pk]


def ids(choice: Choice) -> list[int]:
    return [item.paper for item in choice.items]


def seen(paper: Paper, at: datetime) -> None:
    Paper.objects.filter(pk=paper.pk).update(first_seen_at=at)


def test_best_score_comes_first() -> None:
    low, high = popular(upvotes=2), popular(upvotes=40)
    assert ids(choose_for(make_user())) == [high.pk, low.pk]


def test_size_is_the_readers() -> None:
    for _ in range(4):
        popular()
    assert len(ids(choose_for(make_user(digest_size=3)))) == 3


def test_ranks_count_from_one() -> None:
    popular(), popular()
    assert [item.rank for item in choose_for(make_user()).items] == [1, 2]


def test_first_issue_looks_back_three_days() -> None:
    friday = popular(announced_on=TODAY - timedelta(days=3))
    popular(announced_on=TODAY - timedelta(days=4))
    assert ids(choose_for(make_user())) == [friday.pk]


def test_paper_announced_tomorrow_waits() -> None:
    popular(announced_on=TODAY + timedelta(days=1))
    assert not choose_for(make_user()).items


def test_later_issue_holds_only_what_came_since() -> None:
    user = make_user()
    old = popular(announced_on=TODAY - timedelta(days=1))
    seen(old, NOW - timedelta(days=1, hours=2))
    new = popular()
    mailed(user, at=NOW - timedelta(days=1))
    assert ids(choose_for(user)) == [new.pk]


def test_paper_that_arrived_late_is_new_to_the_reader() -> None:
    user = make_user()
    late = popular(announced_on=TODAY - timedelta(days=2))
    seen(late, NOW - timedelta(hours=1))
    mailed(user, at=NOW - timedelta(days=1))
    assert ids(choose_for(user)) == [late.pk]


def test_paper_that_arrived_while_the_last_issue_was_made_is_new() -> None:
    user, paper = make_user(), popular(announced_on=TODAY - timedelta(days=1))
    yesterday = NOW - timedelta(days=1)
    seen(paper, yesterday - timedelta(minutes=5))
    mailed(user, at=yesterday)
    assert ids(choose_for(user)) == [paper.pk]


def test_paper_risen_on_the_day_of_the_last_issue_is_new() -> None:
    user, yesterday = make_user(), NOW - timedelta(days=1)
    risen = popular(announced_on=TODAY - timedelta(days=200), risen_on=yesterday.date())
    mailed(user, at=yesterday)
    assert ids(choose_for(user)) == [risen.pk]


@pytest.mark.parametrize("state", ["skipped", "failed"])
def test_issue_that_did_not_go_out_is_no_last_issue(state: str) -> None:
    user, paper = make_user(), popular(announced_on=TODAY - timedelta(days=2))
    seen(paper, NOW - timedelta(days=2))
    mailed(user, at=NOW - timedelta(days=1), state=state)
    assert ids(choose_for(user)) == [paper.pk]


def test_old_papers_imported_today_are_not_new() -> None:
    user = make_user()
    popular(announced_on=TODAY - timedelta(days=30))
    mailed(user, at=NOW - timedelta(days=1))
    assert not choose_for(user).items


def test_newly_risen_paper_is_chosen_however_old() -> None:
    risen = popular(announced_on=TODAY - timedelta(days=200), risen_on=TODAY)
    assert ids(choose_for(make_user())) == [risen.pk]


def test_reader_who_was_away_gets_nothing_older_than_90_days() -> None:
    user = make_user()
    mailed(user, at=NOW - timedelta(days=110))
    popular(announced_on=TODAY - timedelta(days=91))
    kept = popular(announced_on=TODAY - timedelta(days=89))
    assert ids(choose_for(user)) == [kept.pk]


@pytest.mark.parametrize("state", ["sent", "unknown"])
def test_paper_mailed_before_is_not_mailed_again(state: str) -> None:
    user, paper = make_user(), popular(risen_on=TODAY)
    mailed(user, paper, at=NOW - timedelta(days=119), state=state)
    assert not choose_for(user).items


def test_paper_of_a_failed_issue_may_come_again() -> None:
    user, paper = make_user(), popular()
    mailed(user, paper, at=NOW - timedelta(days=1), state="failed")
    assert ids(choose_for(user)) == [paper.pk]


def test_paper_mailed_to_another_reader_may_come() -> None:
    user, paper = make_user(), popular()
    mailed(make_user(), paper, at=NOW - timedelta(days=1))
    assert ids(choose_for(user)) == [paper.pk]


def test_own_papers_are_left_out() -> None:
    user, saved, voted, other = make_user(), popular(), popular(), popular()
    save(user, saved)
    Vote.objects.create(user=user, paper=voted)
    assert ids(choose_for(user)) == [other.pk]


def test_withdrawn_paper_is_left_out() -> None:
    popular(withdrawn_at=NOW)
    assert not choose_for(make_user()).items


def test_withdrawn_paper_near_a_list_is_left_out() -> None:
    user = make_user()
    save(user, make_paper(announced_on=None))
    assert not choose_for(user, near(make_paper(announced_on=TODAY, withdrawn_at=NOW))).items


def test_interest_in_a_withdrawn_paper_does_not_keep_the_newest_away() -> None:
    popular(withdrawn_at=NOW)
    newest = make_paper(announced_on=TODAY)
    assert ids(choose_for(make_user())) == [newest.pk]


def test_near_papers_take_half_and_come_first() -> None:
    user = make_user(digest_size=4)
    save(user, make_paper(announced_on=None))
    close = [make_paper(announced_on=TODAY) for _ in range(4)]
    for _ in range(4):
        popular()
    choice = choose_for(user, near(*close))
    assert [item.section for item in choice.items] == [NEAR, NEAR, TRENDING, TRENDING]


def test_near_papers_fill_what_trending_leaves() -> None:
    user = make_user(digest_size=4)
    save(user, make_paper(announced_on=None))
    close = [make_paper(announced_on=TODAY) for _ in range(4)]
    popular()
    sections = [item.section for item in choose_for(user, near(*close)).items]
    assert sections == [NEAR, NEAR, NEAR, TRENDING]


def test_paper_stands_once_in_an_issue() -> None:
    user, both = make_user(), popular()
    save(user, make_paper(announced_on=None))
    choice = choose_for(user, near(both))
    assert [(item.paper, item.section) for item in choice.items] == [(both.pk, NEAR)]


def test_near_paper_that_is_not_new_is_left_out() -> None:
    user = make_user()
    save(user, make_paper(announced_on=None))
    assert not choose_for(user, near(make_paper(announced_on=date(2025, 1, 1)))).items


def test_reason_names_the_saved_paper() -> None:
    user = make_user()
    save(user, make_paper(announced_on=None, title="My Paper"))
    (item,) = choose_for(user, near(make_paper(announced_on=TODAY))).items
    assert item.reason == "because you saved “My Paper”"


def test_reason_counts_support_in_words() -> None:
    popular(upvotes=46, votes=1, stars=300)
    (item,) = choose_for(make_user()).items
    assert item.reason == "46 upvotes on Hugging Face, 1 vote here, 300 stars on GitHub"


def test_papers_without_a_signal_are_not_trending() -> None:
    known = popular()
    make_paper(announced_on=TODAY)
    assert ids(choose_for(make_user())) == [known.pk]


def test_site_without_any_signal_shows_the_newest() -> None:
    paper = make_paper(announced_on=TODAY, categories=("cs.CL",))
    (item,) = choose_for(make_user()).items
    assert (item.paper, item.section) == (paper.pk, NEW)
    assert item.reason == "new in cs.CL today"


def test_own_vote_alone_is_no_signal() -> None:
    user, voted = make_user(), popular(upvotes=0, votes=1)
    Vote.objects.create(user=user, paper=voted)
    other = make_paper(announced_on=TODAY)
    assert ids(choose_for(user)) == [other.pk]


def test_newest_of_own_categories_are_preferred() -> None:
    user = make_user()
    save(user, make_paper(announced_on=None, categories=("cs.CL",)))
    own = make_paper(announced_on=TODAY, categories=("cs.CL",))
    make_paper(announced_on=TODAY, categories=("cs.RO",))
    assert ids(choose_for(user)) == [own.pk]


def test_nothing_new_says_so_in_words() -> None:
    user = make_user()
    mailed(user, at=NOW - timedelta(days=1))
    assert "since your last issue of 2 March 2026" in choose_for(user).why_nothing
    assert "last 3 days" in choose_for(make_user()).why_nothing


def test_last_issue_is_named_by_the_readers_own_date() -> None:
    user = make_user(timezone="Pacific/Auckland")
    evening = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)  # 07:00 on 2 March in Auckland
    day = evening.astimezone(user.zone).date()
    ledger.new_delivery(user, day, evening, state="sent", finished_at=evening).save()
    assert "since your last issue of 2 March 2026" in choose_for(user).why_nothing


def test_more_readers_cost_no_more_queries() -> None:
    popular()
    users = [make_user() for _ in range(6)]
    counts = []
    for chunk in (users[:2], users):
        with CaptureQueriesContext(connection) as queries:
            choose.choose(chunk, NOW, find_nothing)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 11


def test_all_readers_of_a_chunk_are_answered() -> None:
    users = [make_user(), make_user()]
    assert set(choose.choose(users, NOW, find_nothing)) == {user.pk for user in users}
    assert Delivery.objects.count() == 0
