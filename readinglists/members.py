"""Who takes part in a list: joining, roles, leaving, and giving the list to another owner.

It decides how many may (100), and that what the owner gave by name goes before what a link gives.
It never asks who may do it (access.py does) and names nobody in the history but by number, so that
a deleted account leaves no address behind. Invitations: invitations.py.
"""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from readinglists.changing import hold
from readinglists.history import Kind, naming, record
from readinglists.models import ListFollow, Member, ReadingList, Role, ShareLink
from readinglists.saves import keeping_saves, lock_lists_of
from readinglists.sharing import find_link, key_of

MOST_MEMBERS = 100


class CannotShareError(ValueError):
    """The message is in words for the reader."""


def members_of(reading_list: ReadingList) -> list[Member]:
    """Return who takes part besides the owner, first come first, with user and link. One query."""
    rows = reading_list.members.holding().select_related("user", "share_link")
    return [member for member in rows.order_by("joined_at", "pk") if still_holds(member)]


def still_holds(member: Member) -> bool:
    """Return whether the key through which somebody joined can still be derived (sharing.py).

    The member's link must be loaded; the rest is asked by `Member.objects.holding()`.
    """
    return member.share_link is None or key_of(member.share_link) is not None


def join_by_link(link: ShareLink, user: AbstractBaseUser) -> bool:
    """Let `user` edit as long as the key of `link` lives; False where they may edit already.

    Raises CannotShareError when the link has ended or is for reading, for the owner, for whom the
    owner lets only read, and beyond 100 members; ReadingList.DoesNotExist when the list is gone.
    """
    with transaction.atomic():
        held = hold(link.reading_list_id)
        current = find_link(link.pk, link.generation)
        if current is None or not current.can_edit:
            raise CannotShareError(_("This link lets nobody edit the list any more."))
        if not _may_join_by_link(held, user):
            return False
        refuse_too_many(held)
        held.members.update_or_create(
            user_id=user.pk,
            defaults={
                "role": Role.EDITOR,
                "share_link": current,
                "generation": current.generation,
                "joined_at": Now(),
            },
        )
        record(held, user, Kind.JOINED, words=gettext_noop("through a link"))
        return True


def join_by_invitation(held: ReadingList, user: AbstractBaseUser, role: str) -> None:
    """Make `user` a lasting member of a list that the caller holds.

    A member by link becomes one for good, in the role of the invitation; who was invited twice has
    the better role. Raises CannotShareError for the owner and beyond 100 members.
    """
    if held.owner_id == user.pk:
        raise CannotShareError(_("This list is your own."))
    known = held.members.holding().filter(user_id=user.pk).first()
    if known is None:
        refuse_too_many(held)
    elif known.share_link_id is None and known.role == Role.EDITOR:
        role = Role.EDITOR
    lasting = {"role": role, "share_link": None, "generation": None}
    moment = {} if known else {"joined_at": Now()}
    held.members.update_or_create(user_id=user.pk, defaults={**lasting, **moment})
    record(held, user, Kind.JOINED, words=gettext_noop("by invitation"))


def change_role(member: Member, role: Role, *, by: AbstractBaseUser) -> bool:
    """Let the member do this from now on; False where that is so already, or they have gone."""
    with transaction.atomic():
        held = hold(member.reading_list_id)
        changed = held.members.filter(pk=member.pk).exclude(role=role).update(role=role)
        if changed:
            may = gettext_noop("%(name)s may edit"), gettext_noop("%(name)s may read")
            words = may[0] if role == Role.EDITOR else may[1]
            record(held, by, Kind.SHARED, words=words % {"name": naming(member.user_id)})
        return bool(changed)


def tell_additions(member: Member, *, tells: bool) -> None:
    """Let the member's digest tell of what others add, or no more; then they do not follow the
    list as a stranger does either. Does no harm where they have gone."""
    with transaction.atomic():
        Member.objects.filter(pk=member.pk).update(tells_additions=tells)
        if not tells:
            mine = ListFollow.objects.filter(user_id=member.user_id)
            mine.filter(reading_list_id=member.reading_list_id).delete()


def remove(member: Member, *, by: AbstractBaseUser) -> bool:
    """Take the member out; False where they have gone already. What they added stays."""
    with transaction.atomic():
        held = hold(member.reading_list_id)
        gone = held.members.filter(pk=member.pk).delete()[0]
        if gone:
            words = gettext_noop("%(name)s takes part no more") % {"name": naming(member.user_id)}
            record(held, by, Kind.SHARED, words=words)
        return bool(gone)


def leave(reading_list: ReadingList, user: AbstractBaseUser) -> bool:
    """Take `user` out of a list of somebody else's; False where they were not in it."""
    with transaction.atomic():
        held = hold(reading_list.pk)
        gone = held.members.filter(user_id=user.pk).delete()[0]
        if gone:
            record(held, user, Kind.LEFT)
        return bool(gone)


def transfer(reading_list: ReadingList, to: Member, *, by: AbstractBaseUser) -> None:
    """Make a member who joined by invitation the owner; who owned the list edits it from now on.

    Links, members and history stay. Raises CannotShareError when that cannot be, and
    ReadingList.DoesNotExist when the list is gone.
    """
    with transaction.atomic():
        # Both at once: two who give each other their lists must not deadlock.
        lock_lists_of(reading_list.owner_id, to.user_id)
        current = ReadingList.objects.kept().get(pk=reading_list.pk)
        if current.owner_id != reading_list.owner_id:
            raise CannotShareError(_("The list was given to somebody else meanwhile."))
        if not current.members.filter(pk=to.pk, share_link=None).exists():
            raise CannotShareError(
                _("Only a member who joined by invitation can become the owner.")
            )
        papers = list(current.entries.order_by().values_list("paper_id", flat=True))
        with keeping_saves(current.owner_id, papers), keeping_saves(to.user_id, papers):
            _give(current, to)
        words = gettext_noop("%(name)s owns the list") % {"name": naming(to.user_id)}
        record(current, by, Kind.SHARED, words=words)


def refuse_too_many(held: ReadingList, more: int = 0) -> None:
    """Raise CannotShareError where the list has all the members it can; `more` are as good as."""
    if held.members.holding().count() + more >= MOST_MEMBERS:
        words = _("%(most)d people take part in this list or are invited, which is the most.")
        raise CannotShareError(words % {"most": MOST_MEMBERS})


def _may_join_by_link(held: ReadingList, user: AbstractBaseUser) -> bool:
    if held.owner_id == user.pk:
        raise CannotShareError(_("This list is your own."))
    known = held.members.holding().filter(user_id=user.pk).select_related("share_link").first()
    if known is None or not still_holds(known):
        return True
    if known.role != Role.EDITOR:
        raise CannotShareError(
            _("The owner of this list lets you read it. Ask them if you want to edit it.")
        )
    return False


def _give(current: ReadingList, to: Member) -> None:
    old_owner_id = current.owner_id
    ReadingList.objects.filter(pk=current.pk).update(
        owner_id=to.user_id, is_default=False, archived_at=None
    )
    to.delete()
    current.members.filter(user_id=old_owner_id).delete()
    current.members.create(user_id=old_owner_id, role=Role.EDITOR)
    ListFollow.objects.filter(reading_list=current, user_id=to.user_id).delete()
