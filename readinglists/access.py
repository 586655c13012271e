"""Who may touch what: each function returns the object or raises Http404.

What belongs to someone else and what does not exist give the same answer.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from papers.merging import merged_into
from papers.models import Paper
from readinglists.addresses import own_addresses
from readinglists.members import still_holds
from readinglists.models import (
    Entry,
    Heading,
    Invitation,
    ListImport,
    Member,
    ReadingList,
    Role,
    ShareLink,
)

Visitor = AbstractBaseUser | AnonymousUser
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class Rank(IntEnum):
    """What somebody may do with a list; each may do what those before may."""

    VIEW = 1
    EDIT = 2
    OWN = 3


@dataclass(frozen=True, slots=True)
class Access:
    """A list, and what who asked may do with it. `member` is None for its owner."""

    reading_list: ReadingList
    rank: Rank
    member: Member | None = None

    @property
    def may_edit(self) -> bool:
        return self.rank >= Rank.EDIT

    @property
    def is_owner(self) -> bool:
        return self.rank == Rank.OWN


def open_list(user: Visitor, pk: int, need: Rank = Rank.VIEW) -> Access:
    """Return the list of that number with what `user` may do: as its owner or a member.

    Raises Http404 for a list that is not theirs, absent or in the bin, and PermissionDenied, in
    words, for a member who may do less than `need`.
    """
    reading_list = ReadingList.objects.kept().filter(pk=pk).first()
    found = _access(user, reading_list) if reading_list else None
    if found is None:
        raise _nothing_here()
    if found.rank < need:
        raise PermissionDenied(_refusal(need))
    return found


def own_list(user: Visitor, pk: int) -> ReadingList:
    """Return a list of the user's own that is not in the bin. Raises as `open_list`."""
    return open_list(user, pk, Rank.OWN).reading_list


def own_list_in_bin(user: Visitor, pk: int) -> ReadingList:
    in_bin = ReadingList.objects.filter(deleted_at__isnull=False)
    return get_object_or_404(in_bin, pk=pk, owner_id=user.pk)


def own_link(user: Visitor, pk: int) -> ShareLink:
    """Return a link to a list that `user` owns, revoked or not. Raises as `open_list`."""
    link = ShareLink.objects.select_related("reading_list").filter(pk=pk).first()
    if link is None:
        raise _nothing_here()
    open_list(user, link.reading_list_id, Rank.OWN)
    return link


def public_list(pk: int) -> ReadingList:
    """Return a list that everybody may read."""
    found = ReadingList.objects.public().filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no public list here, or none any more."))
    return found


def entry_to_edit(user: Visitor, pk: int) -> Entry:
    """Return an entry of a list that `user` may edit. Raises as `open_list`."""
    entry = Entry.objects.select_related("reading_list", "paper").filter(pk=pk).first()
    if entry is None:
        raise _nothing_here()
    open_list(user, entry.reading_list_id, Rank.EDIT)
    return entry


def heading_to_edit(user: Visitor, pk: int) -> Heading:
    """Return a heading of a list that `user` may edit. Raises as `open_list`."""
    heading = Heading.objects.select_related("reading_list").filter(pk=pk).first()
    if heading is None:
        raise _nothing_here()
    open_list(user, heading.reading_list_id, Rank.EDIT)
    return heading


def member_to_manage(user: Visitor, pk: int) -> Member:
    """Return a member of a list that `user` owns. Raises as `open_list`."""
    member = Member.objects.select_related("reading_list", "user").filter(pk=pk).first()
    if member is None:
        raise _nothing_here()
    open_list(user, member.reading_list_id, Rank.OWN)
    return member


def invitation_to_manage(user: Visitor, pk: int) -> Invitation:
    """Return an invitation to a list that `user` owns. Raises as `open_list`."""
    invitation = Invitation.objects.select_related("reading_list").filter(pk=pk).first()
    if invitation is None:
        raise _nothing_here()
    open_list(user, invitation.reading_list_id, Rank.OWN)
    return invitation


def invitation_to_answer(user: AbstractBaseUser, pk: int) -> Invitation:
    """Return an invitation that was sent to an address which `user` proved to be theirs."""
    invitation = Invitation.objects.select_related("reading_list").filter(pk=pk).first()
    if invitation is None or invitation.email.lower() not in own_addresses(user):
        raise _nothing_here()
    return invitation


def lists_to_edit(user: AbstractBaseUser) -> list[ReadingList]:
    """Return the lists that `user` may put papers into, last changed first: their own and those
    they edit with others. Archived ones are left out. Two queries."""
    members = Member.objects.holding().filter(user_id=user.pk, role=Role.EDITOR)
    mine = members.select_related("share_link")
    shared = [member.reading_list_id for member in mine if still_holds(member)]
    lists = ReadingList.objects.kept().filter(Q(owner_id=user.pk) | Q(pk__in=shared))
    return list(lists.filter(archived_at=None).order_by("-changed_at", "-pk"))


def memberships_of(user: AbstractBaseUser) -> list[Member]:
    """Return how `user` takes part in others' lists, the last changed list first. One query."""
    mine = Member.objects.holding().filter(user_id=user.pk, reading_list__deleted_at=None)
    rows = mine.select_related("reading_list", "share_link")
    return [member for member in rows.order_by("-reading_list__changed_at") if still_holds(member)]


def titles_to_read(user: AbstractBaseUser, list_ids: Collection[int]) -> dict[int, str]:
    """Return what those of the lists are called that `user` may read as their owner or a member.
    Two queries, none where no list is asked for."""
    if not list_ids:
        return {}
    shared = [member.reading_list_id for member in memberships_of(user)]
    asked = ReadingList.objects.kept().filter(pk__in=list_ids)
    return dict(asked.filter(Q(owner_id=user.pk) | Q(pk__in=shared)).values_list("pk", "title"))


def _access(user: Visitor, reading_list: ReadingList) -> Access | None:
    if user.pk is None:
        return None
    if reading_list.owner_id == user.pk:
        return Access(reading_list, Rank.OWN)
    mine = Member.objects.holding().filter(reading_list=reading_list, user_id=user.pk)
    member = mine.select_related("share_link").first()
    if member is None or not still_holds(member):
        return None
    rank = Rank.EDIT if member.role == Role.EDITOR else Rank.VIEW
    return Access(reading_list, rank, member)


def _nothing_here() -> Http404:
    """The same whether it is somebody else's or was never there."""
    return Http404(_("There is nothing here."))


def _refusal(need: Rank) -> str:
    if need == Rank.OWN:
        return _("Only the owner of this list can do that.")
    return _("You can read this list, but not change it.")


def own_import(user: Visitor, pk: int) -> ListImport:
    """Return an import of the reader's own; without its list, where they have no part in that."""
    imports = ListImport.objects.defer("data").select_related("reading_list")
    found = get_object_or_404(imports, pk=pk, user_id=user.pk)
    target = found.reading_list
    if target is not None and (target.deleted_at is not None or _access(user, target) is None):
        found.reading_list = None
    return found


def any_paper(pk: int) -> Paper:
    pk = merged_into([pk]).get(pk, pk)  # a page may still name a paper that became another
    return get_object_or_404(Paper.objects.for_cards(), pk=pk)


@contextmanager
def gone_is_not_found() -> Iterator[None]:
    """Answer 404 when what was looked up a moment ago has been deleted since."""
    try:
        yield
    except ObjectDoesNotExist as error:
        raise Http404(_("This is not there any more.")) from error


def reader_of(request: HttpRequest) -> AbstractBaseUser:
    """Return who is logged in. Raises PermissionDenied in a view without `reader_required`."""
    if isinstance(request.user, AbstractBaseUser):
        return request.user
    raise PermissionDenied


def reader_required(view: View) -> View:
    """Send a visitor to the login page, by a whole page also when htmx asks for a part of one."""
    return _send_to_login(view, after=None)


def reader_posts(view: View) -> View:
    """The same for a view that takes POST only: its address cannot be opened after the login, so
    that leads to the reader's lists."""
    return require_POST(_send_to_login(view, after="readinglists:lists"))


def _send_to_login(view: View, *, after: str | None) -> View:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        response = redirect_to_login(reverse(after) if after else request.get_full_path())
        if "HX-Request" in request.headers:
            return HttpResponseClientRedirect(response["Location"])
        return response

    return cast("View", wrapped)
