"""An invitation: sent again or withdrawn by who invites, answered by who is invited."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from readinglists import invitations
from readinglists.access import (
    gone_is_not_found,
    invitation_to_answer,
    invitation_to_manage,
    reader_of,
    reader_posts,
)
from readinglists.members import CannotShareError
from readinglists.models import Invitation
from readinglists.views.people import send

# The address is the secret, as that of a shared list.
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}


def _kept_secret(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def wrapped(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        for name, value in _HEADERS.items():
            response[name] = value
        return response

    return wrapped


@reader_posts
def resend_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = invitation_to_manage(request.user, pk)
    try:
        with gone_is_not_found():
            send(request, invitations.ask_again(invitation, by=reader_of(request)))
    except CannotShareError as error:
        messages.error(request, str(error))
    return redirect("readinglists:people", invitation.reading_list_id)


@reader_posts
def withdraw_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = invitation_to_manage(request.user, pk)
    with gone_is_not_found():
        invitations.withdraw(invitation, by=reader_of(request))
    messages.success(request, _("The invitation is withdrawn: its link opens nothing."))
    return redirect("readinglists:people", invitation.reading_list_id)


@require_safe
@_kept_secret
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the link in the mail opens, for whoever has it; nothing happens before the button."""
    found = invitations.find_by_token(token)
    if found is None:
        return render(request, "readinglists/invitation_gone.html", status=404)
    context = {"section": "lists", "invitation": found, "token": token}
    return render(request, "readinglists/invitation.html", context)


@_kept_secret
@reader_posts
def answer_by_token(request: HttpRequest, token: str) -> HttpResponse:
    found = invitations.find_by_token(token)
    if found is None:
        return render(request, "readinglists/invitation_gone.html", status=404)
    return _answer(request, found)


@reader_posts
def answer_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """From the page of one's lists, where invitations to one's own address stand."""
    return _answer(request, invitation_to_answer(reader_of(request), pk))


def _answer(request: HttpRequest, found: Invitation) -> HttpResponse:
    if request.POST.get("answer") == "no":
        invitations.decline(found)
        messages.success(request, _("You declined the invitation."))
        return redirect("readinglists:lists")
    try:
        joined = invitations.accept(found, reader_of(request))
    except CannotShareError as error:
        messages.error(request, str(error))
        return redirect("readinglists:lists")
    messages.success(request, _("You take part in “%s” now.") % joined.title)
    return redirect(joined)
