from datetime import timedelta

import pytest
from django.utils import timezone

from papers.limits import CacheAwayError, Limit
from readinglists import invitations, keeping, members
from readinglists.invitations import InvitationGoneError
from readinglists.members import CannotShareError
from readinglists.models import Invitation, Member, ReadingList, Role
from tests.factories import make_member, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def ask(reading_list: ReadingList, email: str, role: Role = Role.EDITOR) -> invitations.Asked:
    return invitations.invite(reading_list, email, role, by=reading_list.owner)


def test_an_invitation_is_accepted_once() -> None:
    asked, reader = ask(make_reading_list(), "Ada@Example.org"), make_user()
    found = invitations.find_by_token(asked.token)
    assert found == asked.invitation
    invitations.accept(asked.invitation, reader)
    assert Member.objects.get().role == Role.EDITOR
    assert invitations.find_by_token(asked.token) is None
    with pytest.raises(InvitationGoneError):
        invitations.accept(asked.invitation, make_user())


def test_no_token_is_stored() -> None:
    asked = ask(make_reading_list(), "ada@example.org")
    assert asked.token.encode() not in bytes(Invitation.objects.get().token_hash)


def test_asking_again_ends_the_earlier_mail() -> None:
    reading_list = make_reading_list()
    first = ask(reading_list, "ada@example.org")
    second = ask(reading_list, "ADA@example.org", Role.VIEWER)
    third = invitations.ask_again(second.invitation, by=reading_list.owner)
    opened = [invitations.find_by_token(asked.token) for asked in (first, second, third)]
    assert opened == [None, None, Invitation.objects.get()]


def test_an_invitation_lasts_14_days() -> None:
    asked = ask(make_reading_list(), "ada@example.org")
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert invitations.find_by_token(asked.token) is None
    assert invitations.forget_expired(now=timezone.now()) == 0
    assert invitations.forget_expired(now=timezone.now() + timedelta(days=15)) == 1


def test_an_invitation_to_a_list_in_the_bin_is_over() -> None:
    asked = ask(make_reading_list(), "ada@example.org")
    keeping.delete_list(asked.invitation.reading_list)
    assert invitations.find_by_token(asked.token) is None
    with pytest.raises(InvitationGoneError):
        invitations.accept(asked.invitation, make_user())


def test_whose_address_is_invited_sees_it_without_the_mail() -> None:
    reader = make_user()
    asked = ask(make_reading_list(), reader.email)
    ask(make_reading_list(), "other@example.org")
    assert invitations.invitations_to(reader) == [asked.invitation]


def test_withdrawn_and_declined_invitations_are_gone() -> None:
    reading_list = make_reading_list()
    one, two = ask(reading_list, "one@example.org"), ask(reading_list, "two@example.org")
    assert invitations.withdraw(one.invitation, by=reading_list.owner) is True
    invitations.decline(two.invitation)
    invitations.decline(two.invitation)
    assert not Invitation.objects.exists()


def test_the_history_keeps_no_address() -> None:
    asked = ask(make_reading_list(), "ada@example.org")
    invitations.accept(asked.invitation, make_user())
    changes = asked.invitation.reading_list.changes.values_list("words", flat=True)
    assert list(changes) == ["by invitation", "invited somebody to edit"]


def test_a_member_by_link_becomes_one_for_good() -> None:
    member = make_member(by_link=True)
    asked = ask(member.reading_list, "ada@example.org")
    invitations.accept(asked.invitation, member.user)
    member.refresh_from_db()
    assert member.share_link is None


def test_who_edits_keeps_that_though_invited_to_read() -> None:
    member = make_member(role=Role.EDITOR)
    invitations.accept(
        ask(member.reading_list, "a@example.org", Role.VIEWER).invitation, member.user
    )
    assert Member.objects.get().role == Role.EDITOR


def test_who_takes_part_is_not_invited() -> None:
    member = make_member()
    for email in (member.user.email, member.reading_list.owner.email):
        with pytest.raises(CannotShareError, match="already"):
            ask(member.reading_list, email)


def test_the_owner_does_not_accept() -> None:
    asked = ask(make_reading_list(), "ada@example.org")
    with pytest.raises(CannotShareError, match="your own"):
        invitations.accept(asked.invitation, asked.invitation.reading_list.owner)
    assert Invitation.objects.exists()


def test_members_and_invitations_are_a_hundred_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MOST_MEMBERS", 2)
    member = make_member()
    ask(member.reading_list, "one@example.org")
    ask(member.reading_list, "one@example.org")
    with pytest.raises(CannotShareError, match="which is the most"):
        ask(member.reading_list, "two@example.org")


def test_an_owner_invites_twenty_times_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations, "AN_OWNER", Limit("invitations", 1, 60))
    owner = make_user()
    ask(make_reading_list(owner=owner), "one@example.org")
    with pytest.raises(CannotShareError, match="1 invitations a day"):
        ask(make_reading_list(owner=owner), "two@example.org")


def test_nobody_is_invited_while_the_limit_cannot_be_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def is_away(*_args: object) -> bool:
        raise CacheAwayError

    monkeypatch.setattr(invitations, "take", is_away)
    with pytest.raises(CannotShareError, match="try again"):
        ask(make_reading_list(), "ada@example.org")
    assert not Invitation.objects.exists()
