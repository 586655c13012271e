from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from papers.models import Paper
from readinglists import entries, list_follows, sharing
from readinglists.list_follows import CannotFollowList
from readinglists.models import Entry, ListFollow, ReadingList
from tests.factories import make_entry, make_paper, make_reading_list, make_user

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
    sharing.revoke_link(shared)
    assert added_for(reader) == []
    assert list_follows.find(reader, shared) is None


def test_a_renewed_link_does_not_bring_it_back(reader: User, shared: ReadingList) -> None:
    begin(reader, shared)
    add(shared, START + HOUR)
    sharing.revoke_link(shared)
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
    sharing.revoke_link(shared)
    assert list_follows.follow(reader, sharing.make_link(shared)) is True
    assert ListFollow.objects.get().created_at > START + HOUR
    assert [row.has_ended for row in list_follows.following(reader)] == [False]


def test_a_link_that_ended_meanwhile_is_refused(reader: User, shared: ReadingList) -> None:
    link = sharing.make_link(shared)
    sharing.revoke_link(shared)
    with pytest.raises(CannotFollowList, match="withdrawn"):
        list_follows.follow(reader, link)


def test_an_earlier_generation_is_refused(reader: User, shared: ReadingList) -> None:
    old = sharing.make_link(shared)
    sharing.revoke_link(shared)
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
    assert sharing.find_list_by_key(followed[0].key) == ReadingList.objects.get(title="Alpha")


def test_of_one_that_ended_no_title_is_told(reader: User, shared: ReadingList) -> None:
    begin(reader, shared)
    sharing.revoke_link(shared)
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
