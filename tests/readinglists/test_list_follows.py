from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from papers.models import Paper
from readinglists import entries, list_follows, members, sharing
from readinglists.list_follows import CannotFollowList
from readinglists.models import Entry, ListFollow, Member, ReadingList, Role, ShareLink
from tests.factories import make_entry, make_member, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def begin(user: User, reading_list: ReadingList, at: datetime = START) -> ListFollow:
    """Follow the list through its link since `at`."""
    list_follows.follow(user, sharing.make_link(reading_list))
    ListFollow.objects.filter(user=user, reading_list=reading_list).update(created_at=at)
    return ListFollow.objects.get(user=user, reading_list=reading_list)


def add(reading_list: ReadingList, at: datetime, paper: Paper | None = None) -> int:
    entry = make_entry(reading_list=reading_list, paper=paper)
    Entry.objects.filter(pk=entry.pk).update(added_at=at)
    return entry.paper_id


def added_for(user: User, since: datetime = START) -> list[tuple[str, list[int]]]:
    return list_follows.additions([user.pk], {user.pk: since}).get(user.pk, [])


@pytest.fixture
def reader() -> User:
    return make_user()


@pytest.fixture
def shared() -> ReadingList:
    return make_reading_list(title="Decoders")


def test_following_twice_is_following_once(reader: User, shared: ReadingList) -> None:
    link = sharing.make_link(shared)
    assert list_follows.follow(reader, link) is True
    assert list_follows.follow(reader, link) is False
    row = ListFollow.objects.get()
    assert (row.user, row.reading_list, row.share_link) == (reader, shared, link)


def test_following_again_keeps_the_moment_it_began(reader: User, shared: ReadingList) -> None:
    begin(reader, shared)
    list_follows.follow(reader, sharing.make_link(shared))
    assert ListFollow.objects.get().created_at == START


def test_the_key_is_nowhere_in_the_row(reader: User, shared: ReadingList) -> None:
    begin(reader, shared)
    key = sharing.key_of(sharing.make_link(shared)) or ""
    assert key not in str(ListFollow.objects.values().get())


def test_what_was_added_since_comes_newest_first(reader: User, shared: ReadingList) -> None:
    begin(reader, shared)
    first, second = add(shared, START + HOUR), add(shared, START + 2 * HOUR)
    assert added_for(reader) == [("Decoders", [second, first])]


def test_what_was_there_before_the_follow_does_not_come(reader: User, shared: ReadingList) -> None:
    begin(reader, shared)
    add(shared, START - HOUR)
    add(shared, START)
    assert added_for(reader, START - 2 * HOUR) == []


def test_what_came_before_the_readers_moment_does_not_come_again(
    reader: User, shared: ReadingList
) -> None:
    begin(reader, shared)
    add(shared, START + HOUR)
    late = add(shared, START + 3 * HOUR)
    assert added_for(reader, START + HOUR) == [("Decoders", [late])]


def test_a_reader_without_a_moment_gets_all_since_the_follow(
    reader: User, shared: ReadingList
) -> None:
    begin(reader, shared)
    paper = add(shared, START + HOUR)
    assert list_follows.additions([reader.pk], {}) == {reader.pk: [("Decoders", [paper])]}


def test_withdrawn_papers_are_left_out(reader: User, shared: ReadingList) -> None:
    begin(reader, shared)
    add(shared, START + HOUR, make_paper(withdrawn_at=START))
    assert added_for(reader) == []


def test_a_paper_taken_out_again_is_left_out(reader: User, shared: ReadingList) -> None:
    begin(reader, shared)
    add(shared, START + HOUR)
    entries.remove(Entry.objects.select_related("reading_list").get(), by=None)
    assert added_for(reader) == []


def test_at_most_fifty_of_a_list_come(reader: User, shared: ReadingList) -> None:
    begin(reader, shared)
    papers = [add(shared, START + n * HOUR) for n in range(1, 53)]
    assert added_for(reader) == [("Decoders", papers[:1:-1])]


def test_a_list_that_became_the_readers_own_is_left_out(reader: User) -> None:
    shared = make_reading_list()
    begin(reader, shared)
    add(shared, START + HOUR)
    ReadingList.objects.update(owner=reader)
    assert added_for(reader) == []


def test_a_revoked_link_ends_it_at_once(reader: User, shared: ReadingList) -> None:
    begin(reader, shared)
    add(shared, START + HOUR)
    sharing.revoke_links(shared)
    assert added_for(reader) == []
    assert list_follows.find(reader, shared) is None


def test_a_renewed_link_does_not_bring_it_back(reader: User, shared: ReadingList) -> None:
    begin(reader, shared)
    add(shared, START + HOUR)
    sharing.revoke_links(shared)
    sharing.make_link(shared)
    assert added_for(reader) == []
    assert [row.has_ended for row in list_follows.following(reader)] == [True]


@pytest.mark.promise(33)
def test_a_replaced_site_key_ends_it(reader: User, shared: ReadingList, settings: Settings) -> None:
    begin(reader, shared)
    add(shared, START + HOUR)
    settings.LINK_KEY = "replaced"
    assert added_for(reader) == []
    assert [row.has_ended for row in list_follows.following(reader)] == [True]


def test_following_by_a_new_link_begins_anew(reader: User, shared: ReadingList) -> None:
    begin(reader, shared)
    add(shared, START + HOUR)
    sharing.revoke_links(shared)
    assert list_follows.follow(reader, sharing.make_link(shared)) is True
    assert ListFollow.objects.get().created_at > START + HOUR
    assert [row.has_ended for row in list_follows.following(reader)] == [False]


def test_a_link_that_ended_meanwhile_is_refused(reader: User, shared: ReadingList) -> None:
    link = sharing.make_link(shared)
    sharing.revoke_links(shared)
    with pytest.raises(CannotFollowList, match="withdrawn"):
        list_follows.follow(reader, link)


def test_an_earlier_generation_is_refused(reader: User, shared: ReadingList) -> None:
    old = sharing.make_link(shared)
    sharing.revoke_links(shared)
    sharing.make_link(shared)
    with pytest.raises(CannotFollowList, match="withdrawn"):
        list_follows.follow(reader, old)


def test_the_own_list_is_refused(shared: ReadingList) -> None:
    with pytest.raises(CannotFollowList, match="your own"):
        list_follows.follow(shared.owner, sharing.make_link(shared))


def test_the_limit_is_kept_in_words(reader: User, settings: Settings) -> None:
    settings.FOLLOWS_PER_READER = 1
    begin(reader, make_reading_list())
    with pytest.raises(CannotFollowList, match="You follow 1 list, which is the most"):
        begin(reader, make_reading_list())


def test_unfollowing_ends_only_the_readers_own(reader: User, shared: ReadingList) -> None:
    other = make_user()
    begin(reader, shared)
    begin(other, shared)
    assert list_follows.unfollow(reader, shared) is True
    assert list_follows.unfollow(reader, shared) is False
    assert ListFollow.objects.get().user == other


def test_what_is_followed_is_told_by_title(reader: User) -> None:
    for title in ("beta", "Alpha"):
        begin(reader, make_reading_list(title=title))
    followed = list_follows.following(reader)
    assert [row.title for row in followed] == ["Alpha", "beta"]
    link = sharing.find_link_by_key(followed[0].key)
    assert link is not None
    assert link.reading_list.title == "Alpha"


def test_of_one_that_ended_no_title_is_told(reader: User, shared: ReadingList) -> None:
    begin(reader, shared)
    sharing.revoke_links(shared)
    ReadingList.objects.update(title="Whom we reject")
    (row,) = list_follows.following(reader)
    assert (row.title, row.key, row.has_ended) == ("", "", True)


def test_many_readers_are_asked_about_at_once(django_assert_num_queries: Any) -> None:
    lists = [make_reading_list(title=f"List {n}") for n in range(3)]
    readers = [make_user() for _ in range(4)]
    for reader in readers[:3]:
        for shared in lists:
            begin(reader, shared)
    papers = [add(shared, START + HOUR) for shared in lists]
    since = {readers[0].pk: START, readers[1].pk: START + HOUR, readers[3].pk: START}
    expected = [(f"List {n}", [paper]) for n, paper in enumerate(papers)]
    with django_assert_num_queries(1):
        found = list_follows.additions([reader.pk for reader in readers], since)
    assert found == {readers[0].pk: expected, readers[2].pk: expected}


def test_lists_of_one_title_stay_apart(reader: User) -> None:
    lists = [make_reading_list(title="Same") for _ in range(2)]
    for shared in lists:
        begin(reader, shared)
    papers = [add(shared, START + HOUR) for shared in lists]
    assert added_for(reader) == [("Same", [papers[0]]), ("Same", [papers[1]])]


def test_nobody_is_asked_about() -> None:
    assert list_follows.additions([], {}) == {}


def take_part(reading_list: ReadingList, at: datetime = START, **more: Any) -> Member:
    member = make_member(reading_list=reading_list, **more)
    Member.objects.filter(pk=member.pk).update(joined_at=at)
    return member


@pytest.mark.parametrize("more", [{}, {"role": Role.VIEWER}, {"by_link": True}])
def test_members_are_told_like_followers(shared: ReadingList, more: dict[str, Any]) -> None:
    member = take_part(shared, **more)
    add(shared, START - HOUR)
    paper = add(shared, START + HOUR)
    assert added_for(member.user, START - 2 * HOUR) == [("Decoders", [paper])]


def test_what_a_member_added_is_told_to_the_others_only(shared: ReadingList) -> None:
    one, other = take_part(shared), take_part(shared)
    paper = make_paper()
    entries.add(shared, paper, by=one.user)
    assert added_for(one.user) == []
    assert added_for(other.user) == [("Decoders", [paper.pk])]


def test_what_the_site_put_in_is_told_too(shared: ReadingList) -> None:
    member, paper = take_part(shared), make_paper()
    entries.add(shared, paper, by=None)
    assert added_for(member.user) == [("Decoders", [paper.pk])]


def test_a_member_who_wants_it_otherwise_is_not_told(shared: ReadingList) -> None:
    member, other = take_part(shared), take_part(shared)
    begin(member.user, shared)
    paper = add(shared, START + HOUR)
    members.tell_additions(member, tells=False)
    assert added_for(member.user) == []
    assert added_for(other.user) == [("Decoders", [paper])]
    members.tell_additions(member, tells=True)
    assert added_for(member.user) == [("Decoders", [paper])]


def test_who_left_is_not_told(shared: ReadingList) -> None:
    member = take_part(shared)
    add(shared, START + HOUR)
    members.leave(shared, member.user)
    assert added_for(member.user) == []


@pytest.mark.promise(33)
def test_who_joined_by_link_is_told_no_more_when_it_ends(
    shared: ReadingList, settings: Settings
) -> None:
    by_link, by_name = take_part(shared, by_link=True), take_part(shared)
    paper = add(shared, START + HOUR)
    settings.LINK_KEY = "replaced"
    assert added_for(by_link.user) == []
    assert added_for(by_name.user) == [("Decoders", [paper])]


@pytest.mark.promise(33)
@pytest.mark.parametrize(
    "ended",
    [
        {"revoked_at": START},
        {"generation": 2},
        {"expires_at": START},
        {"can_edit": False},
    ],
)
def test_a_link_that_lets_nobody_in_tells_its_members_nothing(
    shared: ReadingList, ended: dict[str, Any]
) -> None:
    member = take_part(shared, by_link=True)
    add(shared, START + HOUR)
    assert member.share_link is not None
    ShareLink.objects.filter(pk=member.share_link.pk).update(**ended)
    assert added_for(member.user) == []


def test_a_list_in_the_bin_tells_its_members_nothing(shared: ReadingList) -> None:
    member = take_part(shared)
    add(shared, START + HOUR)
    ReadingList.objects.update(deleted_at=START)
    assert added_for(member.user) == []


def test_a_member_who_follows_too_is_told_once_of_all(shared: ReadingList) -> None:
    """They followed before they joined: nothing in between is passed over."""
    member = take_part(shared, at=START + 2 * HOUR)
    begin(member.user, shared)
    first, second = add(shared, START + HOUR), add(shared, START + 3 * HOUR)
    assert added_for(member.user) == [("Decoders", [second, first])]


def test_members_and_followers_of_many_lists_are_asked_about_at_once(
    django_assert_num_queries: Any,
) -> None:
    lists = [make_reading_list(title=f"List {n}") for n in range(3)]
    people = [take_part(shared).user for shared in lists for _ in range(3)]
    followers = [make_user() for _ in range(3)]
    for follower in followers:
        begin(follower, lists[0])
    papers = [add(shared, START + HOUR) for shared in lists]
    everyone = [*people, *followers]
    with django_assert_num_queries(1):
        found = list_follows.additions([each.pk for each in everyone], {})
    of_list = [0] * 3 + [1] * 3 + [2] * 3 + [0] * 3
    assert found == {
        each.pk: [(f"List {n}", [papers[n]])] for each, n in zip(everyone, of_list, strict=True)
    }
