"""The links by which a list is shared, for its owner's programs."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router
from ninja.responses import Status

from papers.api.access import LISTS, user_of
from papers.api.errors import Refusal
from papers.api.fields import Number
from readinglists import sharing
from readinglists.access import own_link, own_list
from readinglists.api.schemas import Link, LinkTerms
from readinglists.models import ShareLink
from readinglists.places import link_address

router = Router(tags=["lists"])
# Longer is for ever, and dates near the last one there is cannot be told in every zone.
LONGEST = timedelta(days=36_500)


# Those who may only read are not told: an address is the secret itself.
@router.get("/lists/{int:pk}/links", response=list[Link], auth=LISTS, summary="Its links to share")
def links(request: HttpRequest, pk: Number) -> list[dict[str, Any]]:
    """At most 20, those that are revoked last."""
    return [_write(link) for link in sharing.links_of(own_list(user_of(request), pk))]


@router.post("/lists/{int:pk}/links", response={201: Link}, auth=LISTS, summary="Share by link")
def make_link(request: HttpRequest, pk: Number, asked: LinkTerms) -> Status[dict[str, Any]]:
    """Whoever has the address can read the list, or join as an editor."""
    mine = own_list(user_of(request), pk)
    try:
        made = sharing.make_link(mine, **_terms(asked))
    except sharing.TooManyLinksError as error:
        raise Refusal(422, str(error)) from error
    return Status(201, _write(made))


@router.put("/lists/links/{int:pk}", response=Link, auth=LISTS, summary="Change a link")
def change_link(request: HttpRequest, pk: Number, asked: LinkTerms) -> dict[str, Any]:
    """What it allows, not its address. One that is revoked stays so: 422."""
    if not sharing.change_link(own_link(user_of(request), pk), **_terms(asked)):
        raise _revoked()
    return _write(own_link(user_of(request), pk))


@router.post("/lists/links/{int:pk}/rotate", response=Link, auth=LISTS, summary="Renew a link")
def rotate_link(request: HttpRequest, pk: Number) -> dict[str, Any]:
    """The address before opens nothing any more; who follows or edits through it does no more."""
    mine = own_link(user_of(request), pk)
    try:
        return _write(sharing.rotate_link(mine))
    except ShareLink.DoesNotExist as error:
        raise _revoked() from error


@router.post("/lists/links/{int:pk}/revoke", response=Link, auth=LISTS, summary="Revoke a link")
def revoke_link(request: HttpRequest, pk: Number) -> dict[str, Any]:
    """For ever. Doing so twice does no harm."""
    sharing.revoke_link(own_link(user_of(request), pk))
    return _write(own_link(user_of(request), pk))


@router.delete(
    "/lists/links/{int:pk}", response={204: None}, auth=LISTS, summary="Forget a revoked link"
)
def delete_link(request: HttpRequest, pk: Number) -> Status[None]:
    if not sharing.delete_link(own_link(user_of(request), pk)):
        raise Refusal(422, _("Revoke the link first."))
    return Status(204, None)


def _terms(asked: LinkTerms) -> dict[str, Any]:
    _refuse_past(asked.expires_at)
    return {**asked.dict(), "name": " ".join(asked.name.split())}


def _refuse_past(moment: datetime | None) -> None:
    now = timezone.now()
    if moment is not None and not now < moment < now + LONGEST:
        words = _("Choose a moment to come, within a hundred years.")
        raise Refusal(422, words, where="body.expires_at")


def _revoked() -> Refusal:
    return Refusal(422, _("This link is revoked."))


def _write(link: ShareLink) -> dict[str, Any]:
    names = ("name", "can_edit", "needs_login", "expires_at", "created_at", "last_used_at")
    return {
        "id": link.pk,
        **{name: getattr(link, name) for name in names},
        "revoked_at": link.revoked_at,
        "url": link_address(link) if link.is_open else None,
    }
