from datetime import timedelta

import pytest
from django.utils import timezone

from papers.models import PaperStats
from readinglists import members, sharing
from readinglists.access import Rank, open_list
from readinglists.members import CannotShareError
from readinglists.models import ListChange, Member, ReadingList, Role, ShareLink
from tests.factories import make_entry, make_member, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def make_edit_link(reading_list: ReadingList) -> ShareLink:
    link = sharing.make_link(reading_list)
    ShareLink.objects.filter(pk=link.pk).update(can_edit=True)
    link.refresh_from_db()
    return link


def words(reading_list: ReadingList) -> list[tuple[str, str]]:
    return list(reading_list.changes.order_by("pk").values_list("kind", "words"))


def test_who_joins_by_an_edit_link_may_edit() -> None:
    link, reader = make_edit_link(make_reading_list()), make_user()
    assert members.join_by_link(link, reader) is True
    assert open_list(reader, link.reading_list_id).rank == Rank.EDIT
    assert members.join_by_link(link, reader) is False
    assert words(link.reading_list) == [("joined", "through a link")]


def test_a_revoked_link_ends_it_at_once_and_a_new_key_lets_join_again() -> None:
    reading_list, reader = make_reading_list(), make_user()
    members.join_by_link(make_edit_link(reading_list), reader)
    sharing.revoke_links(reading_list)
    assert members.members_of(reading_list) == []
    members.join_by_link(make_edit_link(reading_list), reader)
    assert [member.user for member in members.members_of(reading_list)] == [reader]


def test_a_link_for_reading_lets_nobody_join() -> None:
    link = sharing.make_link(make_reading_list())
    with pytest.raises(CannotShareError, match="lets nobody edit"):
        members.join_by_link(link, make_user())


def test_an_expired_link_lets_nobody_join() -> None:
    link = make_edit_link(make_reading_list())
    ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(CannotShareError):
        members.join_by_link(link, make_user())


def test_the_owner_does_not_join() -> None:
    link = make_edit_link(make_reading_list())
    with pytest.raises(CannotShareError, match="your own"):
        members.join_by_link(link, link.reading_list.owner)


def test_whom_the_owner_lets_only_read_does_not_edit_by_link() -> None:
    link = make_edit_link(make_reading_list())
    viewer = make_member(reading_list=link.reading_list, role=Role.VIEWER).user
    with pytest.raises(CannotShareError, match="lets you read it"):
        members.join_by_link(link, viewer)


def test_a_list_has_at_most_a_hundred_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MOST_MEMBERS", 1)
    link = make_edit_link(make_reading_list())
    members.join_by_link(link, make_user())
    with pytest.raises(CannotShareError, match="which is the most"):
        members.join_by_link(link, make_user())


def test_a_role_is_changed_and_written_down_by_number() -> None:
    member = make_member(role=Role.VIEWER)
    owner = member.reading_list.owner
    assert members.change_role(member, Role.EDITOR, by=owner) is True
    assert members.change_role(member, Role.EDITOR, by=owner) is False
    assert words(member.reading_list) == [("shared", f"{{{member.user_id}}} may edit")]


def test_who_is_removed_or_leaves_has_no_access() -> None:
    removed, leaving = make_member(), make_member()
    members.remove(removed, by=removed.reading_list.owner)
    members.leave(leaving.reading_list, leaving.user)
    assert not Member.objects.exists()
    assert members.leave(leaving.reading_list, leaving.user) is False
    assert set(ListChange.objects.values_list("kind", flat=True)) == {"shared", "left"}


def test_a_list_is_given_to_a_member_and_its_old_owner_edits_it() -> None:
    entry = make_entry()
    reading_list, old = entry.reading_list, entry.reading_list.owner
    ReadingList.objects.update(is_default=True)
    member = make_member(reading_list=reading_list)
    reading_list.refresh_from_db()
    members.transfer(reading_list, member, by=old)
    reading_list.refresh_from_db()
    assert (reading_list.owner_id, reading_list.is_default) == (member.user_id, False)
    assert open_list(old, reading_list.pk).rank == Rank.EDIT
    assert open_list(member.user, reading_list.pk).rank == Rank.OWN


def test_saves_are_counted_right_after_a_list_was_given_away() -> None:
    entry = make_entry()
    member = make_member(reading_list=entry.reading_list)
    make_entry(reading_list=make_reading_list(owner=member.user), paper=entry.paper)
    stats = PaperStats.objects.filter(paper=entry.paper)
    assert stats.get().saves == 2
    members.transfer(entry.reading_list, member, by=entry.reading_list.owner)
    assert stats.get().saves == 1  # both lists are one reader's now


def test_a_list_is_not_given_to_who_came_through_a_link() -> None:
    link, reader = make_edit_link(make_reading_list()), make_user()
    members.join_by_link(link, reader)
    with pytest.raises(CannotShareError, match="by invitation"):
        members.transfer(link.reading_list, Member.objects.get(), by=link.reading_list.owner)
    assert ReadingList.objects.get().owner_id != reader.pk
