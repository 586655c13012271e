"""What a reader's preferences do to an issue: sections, mutes, wishes, news, backlog."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.digest import choose, readers
from accounts.digest.items import BACKLOG, NEAR, SAVED, TRENDING
from accounts.models import Mute, PaperFeedback, User, all_sections
from papers.models import Paper, PaperVersion, Vote
from readinglists import entries, list_follows, sharing
from readinglists.models import Member, ReadingList
from tests.accounts.digest.test_choose import (
    NOW,
    TODAY,
    choose_for,
    find_nothing,
    ids,
    mailed,
    near,
    popular,
    save,
)
from tests.factories import (
    make_entry,
    make_follow,
    make_match,
    make_member,
    make_paper,
    make_reading_list,
    make_user,
)
from tests.papers.meaning.corpus import fit_here, make_library, serve
from tests.papers.test_ingest import RECORD, store, the_paper

pytestmark = pytest.mark.django_db
HOUR_AGO = NOW - timedelta(hours=1)


def sections(user: User, *papers: Paper) -> list[str]:
    return [item.section for item in choose_for(user, near(*papers)).items]


def judge(user: User, paper: Paper, *, more: bool) -> None:
    PaperFeedback.objects.create(user=user, paper=paper, wants_more=more)


def new_version(paper: Paper, version: int, *, seen_at: datetime = HOUR_AGO) -> None:
    Paper.objects.filter(pk=paper.pk).update(version=version)
    PaperVersion.objects.create(paper=paper, version=version, seen_at=seen_at)


def saver(paper: Paper, *, at: datetime = NOW - timedelta(days=2), **fields: Any) -> User:
    user = make_user(**fields)
    save(user, paper)
    user.reading_lists.get().entries.update(added_at=at)
    return user


def test_sections_come_in_the_readers_order() -> None:
    user = make_user(digest_sections=["trending", "near"])
    save(user, make_paper(announced_on=None))
    popular()
    assert sections(user, make_paper(announced_on=TODAY)) == [TRENDING, NEAR]


def test_section_that_is_off_is_left_out() -> None:
    user = make_user(digest_sections=["trending"])
    save(user, make_paper(announced_on=None))
    popular()
    assert sections(user, make_paper(announced_on=TODAY)) == [TRENDING]


def test_all_sections_off_says_so() -> None:
    popular()
    choice = choose_for(make_user(digest_sections=[]))
    assert choice.why_nothing == "All sections are switched off in your settings."


def test_only_when_something_matches() -> None:
    user = make_user(digest_only_matches=True)
    popular()
    choice = choose_for(user)
    assert choice.items == ()
    assert choice.why_nothing.startswith("Nothing matched")
    save(user, make_paper(announced_on=None))
    assert sections(user, make_paper(announced_on=TODAY)) == [NEAR, TRENDING]


def test_only_when_something_matches_on_a_day_without_anything() -> None:
    choice = choose_for(make_user(digest_only_matches=True))
    assert choice.why_nothing.startswith("Nothing new for you")


@pytest.mark.parametrize(
    ("kind", "value"), [("word", "owls"), ("author", "Moor"), ("category", "cs.RO")]
)
def test_muted_papers_stay_out_of_every_section(kind: str, value: str) -> None:
    user = make_user()
    save(user, make_paper(announced_on=None))
    Mute.objects.create(user=user, kind=kind, value=value)
    fields: dict[str, Any] = {"title": "On owls", "categories": ("cs.RO",)}
    hidden = [popular(**fields), make_paper(announced_on=TODAY, **fields)]
    follow = make_follow(user=user, query="owl")
    make_match(follow=follow, paper=make_paper(announced_on=TODAY, **fields), at=NOW)
    kept = popular(title="Rivers", categories=("cs.CV",), authors=("Ben Oak",))
    assert ids(choose_for(user, near(hidden[1]))) == [kept.pk]


def test_mutes_of_one_reader_leave_another_alone() -> None:
    user, other = make_user(), make_user()
    Mute.objects.create(user=user, kind="word", value="owls")
    paper = popular(title="On owls")
    choices = choose.choose([user, other], NOW, find_nothing)
    assert (ids(choices[user.pk]), ids(choices[other.pk])) == ([], [paper.pk])


def test_muting_keeps_the_newest_of_a_site_without_signals() -> None:
    user = make_user()
    Mute.objects.create(user=user, kind="word", value="owls")
    make_paper(title="On owls", announced_on=TODAY)
    kept = make_paper(title="Rivers", announced_on=TODAY)
    assert ids(choose_for(user)) == [kept.pk]


def test_vote_and_wish_for_more_are_reasons() -> None:
    user = make_user()
    voted, asked = (make_paper(title=title, announced_on=None) for title in ("Voted", "Asked"))
    Vote.objects.create(user=user, paper=voted, voted_at=NOW - timedelta(days=2))
    close = make_paper(announced_on=TODAY)
    assert [item.reason for item in choose_for(user, near(close)).items] == [
        "because you voted for “Voted”"
    ]
    judge(user, asked, more=True)
    assert [item.reason for item in choose_for(user, near(close)).items] == [
        "because you asked for more like “Asked”"
    ]


def test_judged_paper_does_not_come_again() -> None:
    user, more, less = make_user(), popular(), popular()
    judge(user, more, more=True)
    judge(user, less, more=False)
    assert not choose_for(user).items


def test_trending_paper_like_an_unwanted_one_is_left_out() -> None:
    library = make_library(announced_on=TODAY)
    for name in ("robots", "proteins"):
        for paper in library[name]:
            popular_now(paper)
    serve(fit_here())
    user = make_user(digest_size=50)
    judge(user, library["robots"][0], more=False)
    assert set(ids(choose_for(user))) == {paper.pk for paper in library["proteins"]}


def test_issue_is_not_all_of_one_kind_where_there_is_another() -> None:
    library = make_library(announced_on=TODAY)
    for place, paper in enumerate([*library["robots"][:4], *library["proteins"][:2]]):
        popular_now(paper, score=10.0 - place)
    serve(fit_here())
    chosen = ids(choose_for(make_user(digest_size=4)))
    of_robots = [pk for pk in chosen if pk in {paper.pk for paper in library["robots"]}]
    assert (len(of_robots), len(chosen)) == (2, 4)


def popular_now(paper: Paper, *, score: float = 1.0) -> None:
    paper.stats.popularity = paper.stats.score = score
    paper.stats.upvotes = 1
    paper.stats.save()


@pytest.mark.parametrize("is_withdrawn", [False, True])
def test_news_of_a_saved_paper_is_told_once(is_withdrawn: bool) -> None:
    paper = make_paper(announced_on=None)
    user = saver(paper)
    if is_withdrawn:
        Paper.objects.filter(pk=paper.pk).update(withdrawn_at=HOUR_AGO)
    else:
        new_version(paper, 3)
    (item,) = choose_for(user).items
    event, reason = {
        False: ("v3", "version 3 is out; you saved it"),
        True: ("withdrawn", "withdrawn; you saved it"),
    }[is_withdrawn]
    assert (item.paper, item.section, item.event, item.reason) == (paper.pk, SAVED, event, reason)
    keep(user, item.as_json())
    assert not choose_for(user).items


def keep(user: User, *items: dict[str, Any]) -> None:
    """An issue a minute ago that held these."""
    mailed(user, at=NOW - timedelta(minutes=1))
    user.deliveries.update(items=list(items))


def test_next_version_is_news_again() -> None:
    paper = make_paper(announced_on=None)
    user = saver(paper)
    new_version(paper, 2)
    keep(user, *[item.as_json() for item in choose_for(user).items])
    new_version(paper, 3)
    assert [item.event for item in choose_for(user).items] == ["v3"]


@pytest.mark.parametrize(
    ("version", "seen_at", "saved_at"),
    [
        (1, HOUR_AGO, NOW - timedelta(days=2)),
        (2, HOUR_AGO, NOW),
        (2, NOW - timedelta(days=4), NOW - timedelta(days=9)),
    ],
    ids=["first version", "before it was saved", "long ago"],
)
def test_what_is_no_news(version: int, seen_at: datetime, saved_at: datetime) -> None:
    paper = make_paper(announced_on=None)
    user = saver(paper, at=saved_at)
    new_version(paper, version, seen_at=seen_at)
    assert not choose_for(user).items


def test_news_without_a_place_in_the_last_issue_comes_in_this() -> None:
    paper = make_paper(announced_on=None)
    user = saver(paper, at=NOW - timedelta(days=9))
    new_version(paper, 2, seen_at=NOW - timedelta(days=5))
    mailed(user, at=NOW - timedelta(days=1))
    assert [item.event for item in choose_for(user).items] == ["v2"]


def test_news_can_be_switched_off() -> None:
    paper = make_paper(announced_on=None)
    user = saver(paper, digest_sections=[name for name in all_sections() if name != "saved"])
    new_version(paper, 2)
    assert not choose_for(user).items


def test_news_of_another_readers_paper_is_none() -> None:
    paper = make_paper(announced_on=None)
    saver(paper)
    new_version(paper, 2)
    assert not choose_for(make_user()).items


def test_version_that_a_feed_told_without_the_earlier_ones_is_news() -> None:
    store(RECORD)
    user = saver(the_paper())
    store(replace(RECORD, version=2))
    PaperVersion.objects.update(seen_at=HOUR_AGO)
    assert [(item.paper, item.event) for item in choose_for(user).items] == [(the_paper().pk, "v2")]


def test_backlog_fills_what_nothing_new_does_and_only_when_asked_for() -> None:
    old = popular(announced_on=TODAY - timedelta(days=40), upvotes=90)
    too_old = popular(announced_on=TODAY - timedelta(days=91), upvotes=91)
    new = popular(upvotes=1)
    assert ids(choose_for(make_user())) == [new.pk]
    choice = choose_for(make_user(digest_backlog=True))
    assert [(item.paper, item.section) for item in choice.items] == [
        (new.pk, TRENDING),
        (old.pk, BACKLOG),
    ]
    assert choice.items[1].reason == "of 22 January: 90 upvotes on Hugging Face"
    assert too_old.pk not in ids(choice)
    assert ids(choose_for(make_user(digest_backlog=True, digest_size=1))) == [new.pk]


def test_backlog_holds_no_paper_twice() -> None:
    user = make_user(digest_backlog=True)
    old = popular(announced_on=TODAY - timedelta(days=40))
    mailed(user, old, at=datetime(2026, 2, 1, 7, tzinfo=UTC))
    assert not choose_for(user).items


def follower_of(reading_list: ReadingList, **fields: Any) -> User:
    user = make_user(**fields)
    list_follows.follow(user, sharing.make_link(reading_list))
    user.list_follows.update(created_at=NOW - timedelta(days=5))
    return user


def add(reading_list: ReadingList, paper: Paper, *, at: datetime = HOUR_AGO) -> None:
    make_entry(reading_list=reading_list, paper=paper)
    reading_list.entries.filter(paper=paper).update(added_at=at)


def test_what_is_added_to_a_followed_list_is_in_the_issue_once() -> None:
    shared = make_reading_list(title="Tides")
    user = follower_of(shared)
    old, new = make_paper(announced_on=None), make_paper(announced_on=None)
    add(shared, old, at=NOW - timedelta(days=6))
    add(shared, new)
    choice = choose_for(user)
    assert [(item.paper, item.section, item.reason) for item in choice.items] == [
        (new.pk, "New in the list “Tides”", "added to a list you follow or take part in")
    ]
    mailed(user, new, at=NOW - timedelta(minutes=1))
    assert not choose_for(user).items


def test_revoked_link_ends_the_section() -> None:
    shared = make_reading_list()
    user = follower_of(shared)
    add(shared, make_paper(announced_on=None))
    sharing.revoke_links(shared)
    assert not choose_for(user).items


def test_additions_count_as_a_match_are_muted_and_can_be_off() -> None:
    shared = make_reading_list()
    add(shared, make_paper(announced_on=None, title="On owls"))
    assert len(ids(choose_for(follower_of(shared, digest_only_matches=True)))) == 1
    assert not choose_for(follower_of(shared, digest_sections=["trending"])).items
    user = follower_of(shared)
    Mute.objects.create(user=user, kind="word", value="owl")
    assert not choose_for(user).items


def test_news_of_the_time_of_a_pause_is_told() -> None:
    paper = make_paper(announced_on=None)
    user = saver(paper, at=NOW - timedelta(days=40))
    new_version(paper, 2, seen_at=NOW - timedelta(days=18))
    mailed(user, at=NOW - timedelta(days=21))
    assert [item.event for item in choose_for(user).items] == ["v2"]


def test_withdrawn_paper_with_a_new_version_is_told_as_withdrawn() -> None:
    paper = make_paper(announced_on=None)
    user = saver(paper)
    new_version(paper, 2)
    keep(user, *[item.as_json() for item in choose_for(user).items])
    Paper.objects.filter(pk=paper.pk).update(withdrawn_at=NOW - timedelta(minutes=5))
    assert [item.event for item in choose_for(user).items] == ["withdrawn"]


def test_missed_paper_like_an_unwanted_one_is_left_out() -> None:
    library = make_library(announced_on=TODAY - timedelta(days=40))
    for paper in library["robots"]:
        popular_now(paper)
    serve(fit_here())
    user = make_user(digest_backlog=True)
    judge(user, library["robots"][0], more=False)
    assert not choose_for(user).items


def test_of_unwanted_papers_the_newest_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "NEWEST_UNWANTED", 2)
    user, papers = make_user(), [make_paper(announced_on=None) for _ in range(4)]
    for back, paper in enumerate(papers):
        judge(user, paper, more=False)
        PaperFeedback.objects.filter(paper=paper).update(given_at=NOW - timedelta(days=back))
    (reader,) = readers.read([user], NOW)
    assert reader.unwanted == (papers[0].pk, papers[1].pk)


def test_trending_paper_that_a_search_had_no_place_for_says_that_it_matches() -> None:
    user = make_user(digest_size=2)
    follow = make_follow(user=user, query="owl")
    for upvotes in (9, 8):
        make_match(follow=follow, paper=popular(upvotes=upvotes, title="Owl"), at=NOW)
    found, trending = choose_for(user).items
    assert found.section == "You follow: owl (1 of 2)"
    assert (trending.section, trending.reason) == (
        TRENDING,
        "8 upvotes on Hugging Face, matches owl",
    )


def test_what_others_add_to_a_list_that_one_takes_part_in_is_in_the_issue() -> None:
    shared = make_reading_list(title="Tides")
    member = make_member(reading_list=shared)
    Member.objects.update(joined_at=NOW - timedelta(days=5))
    theirs, own = make_paper(announced_on=None), make_paper(announced_on=None)
    add(shared, theirs)
    entries.add(shared, own, by=member.user)
    shared.entries.filter(paper=own).update(added_at=HOUR_AGO)
    told = [item for item in choose_for(member.user).items if "Tides" in item.section]
    assert [(item.paper, item.reason) for item in told] == [
        (theirs.pk, "added to a list you follow or take part in")
    ]


def test_members_of_many_lists_cost_no_more_queries_than_one(
    django_assert_max_num_queries: Any,
) -> None:
    lists = [make_reading_list(title=f"Tides {n}") for n in range(3)]
    users = [make_member(reading_list=lists[n % 3]).user for n in range(6)]
    Member.objects.update(joined_at=NOW - timedelta(days=5))
    for shared in lists:
        add(shared, make_paper(announced_on=None))
    with CaptureQueriesContext(connection) as for_one:
        choose.choose(users[:1], NOW, find_nothing)
    with django_assert_max_num_queries(len(for_one)):
        choices = choose.choose(users, NOW, find_nothing)
    assert all(len(choice.items) == 1 for choice in choices.values())
