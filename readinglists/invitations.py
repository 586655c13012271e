"""Asking somebody by mail to take part in a list: made, sent again, withdrawn, answered.

An invitation is for whoever has the mail's token, which is proof of the mailbox, or has proved
that address. It never looks whether an address has an account, so that it cannot tell. The mail
itself: invitation_mail.py.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from papers.limits import CacheAwayError, Limit, take
from readinglists.addresses import own_addresses
from readinglists.changing import hold
from readinglists.history import Kind, record
from readinglists.members import CannotShareError, join_by_invitation, refuse_too_many
from readinglists.models import Invitation, ReadingList, Role
from readinglists.sharing import hash_key

LASTS = timedelta(days=14)
AN_OWNER = Limit("invitations", amount=20, window_seconds=86_400)


class InvitationGoneError(CannotShareError):
    """It was answered, withdrawn or is too old; the message says so in words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation and the token of its mail, which is kept nowhere."""

    invitation: Invitation
    token: str


def invite(reading_list: ReadingList, email: str, role: Role, *, by: AbstractBaseUser) -> Asked:
    """Ask whoever has that mailbox to take part; send what is returned with invitation_mail.

    An address that is asked already is asked anew, in this role, and the earlier mail's token ends.
    Raises CannotShareError beyond 100 members or 20 invitations of the owner a day, and for the
    address of who takes part already.
    """
    email = email.lower()
    with transaction.atomic():
        held = hold(reading_list.pk)
        _refuse_who_is_here(held, email)
        others = _open(held.invitations.all()).alias(low=Lower("email")).exclude(low=email)
        refuse_too_many(held, others.count())
        _take_place(by)
        held.invitations.alias(low=Lower("email")).filter(low=email).delete()
        token = secrets.token_urlsafe(32)
        made = held.invitations.create(
            email=email,
            role=role,
            invited_by_id=by.pk,
            token_hash=hash_key(token),
            expires_at=timezone.now() + LASTS,
        )
        invited = gettext_noop("invited somebody to edit"), gettext_noop("invited somebody")
        words = invited[0] if role == Role.EDITOR else invited[1]
        record(held, by, Kind.SHARED, words=words)
    return Asked(made, token)


def ask_again(invitation: Invitation, *, by: AbstractBaseUser) -> Asked:
    """Give the invitation a new token and 14 days more. Raises as `invite`; InvitationGoneError
    when it was answered or withdrawn meanwhile."""
    with transaction.atomic():
        held = hold(invitation.reading_list_id)
        _take_place(by)
        token = secrets.token_urlsafe(32)
        new = {"token_hash": hash_key(token), "expires_at": timezone.now() + LASTS}
        if not held.invitations.filter(pk=invitation.pk).update(**new, invited_by_id=by.pk):
            raise InvitationGoneError(_gone())
    invitation.refresh_from_db()
    return Asked(invitation, token)


def withdraw(invitation: Invitation, *, by: AbstractBaseUser) -> bool:
    """Let its token open nothing; False where it was answered already."""
    with transaction.atomic():
        held = hold(invitation.reading_list_id)
        gone = held.invitations.filter(pk=invitation.pk).delete()[0]
        if gone:
            record(held, by, Kind.SHARED, words=gettext_noop("withdrew an invitation"))
        return bool(gone)


def find_by_token(token: str) -> Invitation | None:
    """Return the invitation, with its list and who invites; None for one that is over."""
    return _open(Invitation.objects.filter(token_hash=hash_key(token))).first()


def invitations_of(reading_list: ReadingList) -> list[Invitation]:
    """Return those that nobody answered, those that are too old included, the newest first."""
    return list(reading_list.invitations.select_related("reading_list").order_by("-pk"))


def invitations_to(user: AbstractBaseUser) -> list[Invitation]:
    """Return what `user` can answer: sent to an address that they proved, the newest first."""
    mine = Invitation.objects.alias(low=Lower("email")).filter(low__in=own_addresses(user))
    return list(_open(mine).exclude(reading_list__owner_id=user.pk).order_by("-pk"))


def accept(invitation: Invitation, user: AbstractBaseUser) -> ReadingList:
    """Let `user` take part, once; return the list.

    Raises InvitationGoneError when it is over, CannotShareError for the owner and beyond 100
    members: then it stays.
    """
    with transaction.atomic():
        held = _hold_list_of(invitation)
        current = _open(held.invitations.filter(pk=invitation.pk)).first()
        # A newer mail ended the token of this one.
        if current is None or bytes(current.token_hash) != bytes(invitation.token_hash):
            raise InvitationGoneError(_gone())
        join_by_invitation(held, user, current.role)
        current.delete()
        return held


def decline(invitation: Invitation) -> None:
    """Say no; the owner sees that one invitation was declined. Doing it twice does no harm."""
    with transaction.atomic():
        held = _hold_list_of(invitation)
        if held.invitations.filter(pk=invitation.pk).delete()[0]:
            record(held, None, Kind.SHARED, words=gettext_noop("an invitation was declined"))


def forget_expired(*, now: datetime) -> int:
    """Delete invitations, and with them addresses, that were not answered within 14 days and could
    be sent again for as long; return how many."""
    return Invitation.objects.filter(expires_at__lt=now - LASTS).delete()[0]


def _open(rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
    living = rows.filter(expires_at__gt=timezone.now(), reading_list__deleted_at=None)
    return living.select_related("reading_list", "invited_by")


def _hold_list_of(invitation: Invitation) -> ReadingList:
    try:
        return hold(invitation.reading_list_id)
    except ReadingList.DoesNotExist as error:
        raise InvitationGoneError(_gone()) from error


def _refuse_who_is_here(held: ReadingList, email: str) -> None:
    """Their addresses stand on the same page, so this tells nothing new."""
    if held.owner.get_username().lower() == email:
        raise CannotShareError(_("This list is of this address already."))
    here = held.members.holding().filter(share_link=None).select_related("user")
    if any(member.user.get_username().lower() == email for member in here):
        raise CannotShareError(_("Whoever has this address takes part already."))


def _take_place(by: AbstractBaseUser) -> None:
    try:
        is_free = take(AN_OWNER, str(by.pk))
    except CacheAwayError as error:
        raise CannotShareError(
            _("Nobody can be invited just now. Please try again in a minute.")
        ) from error
    if not is_free:
        words = _("You can send %d invitations a day. Please go on tomorrow, or share a link.")
        raise CannotShareError(words % AN_OWNER.amount)


def _gone() -> str:
    return _("This invitation was answered or withdrawn, or it is too old.")
