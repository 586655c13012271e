"""Who takes part in a list: shown to all of them, changed by its owner, left by its members."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from readinglists import invitation_mail, invitations, members, sharing
from readinglists.access import (
    Access,
    Rank,
    gone_is_not_found,
    member_to_manage,
    open_list,
    reader_of,
    reader_posts,
    reader_required,
)
from readinglists.forms import InvitationForm, RoleForm
from readinglists.invitation_mail import NotMailedError
from readinglists.invitations import Asked
from readinglists.members import CannotShareError
from readinglists.models import ReadingList, Role


@require_safe
@reader_required
def people(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, open_list(request.user, pk), InvitationForm())


@reader_posts
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    access = open_list(request.user, pk, Rank.OWN)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, access, form, status=422)
    email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
    try:
        with gone_is_not_found():
            asked = invitations.invite(access.reading_list, email, role, by=reader_of(request))
    except CannotShareError as error:
        form.add_error(None, str(error))
        return _page(request, access, form, status=422)
    send(request, asked)
    return redirect("readinglists:people", pk)


@reader_posts
def change_role(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_to_manage(request.user, pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        with gone_is_not_found():
            role = Role(form.cleaned_data["role"])
            members.change_role(member, role, by=reader_of(request))
        messages.success(request, _("Saved."))
        if role == Role.VIEWER and member.share_link_id:
            _warn_of_link(request)
    else:
        messages.error(request, _("Choose whether they may read or edit the list."))
    return redirect("readinglists:people", member.reading_list_id)


@reader_posts
def remove_member(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_to_manage(request.user, pk)
    with gone_is_not_found():
        members.remove(member, by=reader_of(request))
    name = member.user.get_username()
    messages.success(request, _("%s takes part no more. What they added stays.") % name)
    if member.share_link_id:
        _warn_of_link(request)
    return redirect("readinglists:people", member.reading_list_id)


def _warn_of_link(request: HttpRequest) -> None:
    words = _("Whoever has the link for editing can join again, until you renew it.")
    messages.warning(request, words)


@require_http_methods(["GET", "HEAD", "POST"])
@reader_required
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_to_manage(request.user, pk)
    reading_list = member.reading_list
    if request.method != "POST":
        context = {"section": "lists", "member": member, "reading_list": reading_list}
        return render(request, "readinglists/transfer.html", context)
    try:
        with gone_is_not_found():
            members.transfer(reading_list, member, by=reader_of(request))
    except CannotShareError as error:
        messages.error(request, str(error))
    else:
        name = member.user.get_username()
        messages.success(request, _("The list is now of %s. You can edit it.") % name)
    return redirect("readinglists:people", reading_list.pk)


@reader_posts
def tell_additions(request: HttpRequest, pk: int) -> HttpResponse:
    """A member's own choice."""
    member = open_list(request.user, pk).member
    if member is None:
        messages.error(request, _("This list is your own: your digest does not tell of it."))
        return redirect("readinglists:people", pk)
    tells = request.POST.get("tells") != "0"
    members.tell_additions(member, tells=tells)
    if tells:
        messages.success(request, _("Your digest tells you of what others add to this list."))
    else:
        messages.success(request, _("Your digest no longer tells you of this list."))
    return redirect("readinglists:people", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@reader_required
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    access = open_list(request.user, pk)
    if access.is_owner:
        messages.error(request, _("Give the list to somebody else first, or delete it."))
        return redirect("readinglists:people", pk)
    if request.method != "POST":
        context = {"section": "lists", "reading_list": access.reading_list}
        return render(request, "readinglists/leave.html", context)
    with gone_is_not_found():
        members.leave(access.reading_list, reader_of(request))
    messages.success(request, _("You left “%s”.") % access.reading_list.title)
    return redirect("readinglists:lists")


@reader_posts
def join_by_link(request: HttpRequest, key: str) -> HttpResponse:
    link = sharing.find_link_by_key(key)
    if link is None:
        raise Http404(_("This link opens nothing."))
    try:
        with gone_is_not_found():
            members.join_by_link(link, reader_of(request))
    except CannotShareError as error:
        messages.error(request, str(error))
        return redirect("readinglists:shared", key)
    messages.success(request, _("You can edit this list now, as long as its link lasts."))
    return redirect(link.reading_list)


def send(request: HttpRequest, asked: Asked) -> None:
    """Mail an invitation and tell the owner what became of it."""
    try:
        invitation_mail.send(asked)
    except NotMailedError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("An invitation is on its way to %s.") % asked.invitation.email)


def _page(
    request: HttpRequest, access: Access, form: InvitationForm, *, status: int = 200
) -> HttpResponse:
    reading_list: ReadingList = access.reading_list
    everyone = members.members_of(reading_list)
    mine = [member for member in everyone if member.user_id == request.user.pk]
    context = {
        "section": "lists",
        "access": access,
        "reading_list": reading_list,
        "owner": reading_list.owner,
        # Who only reads sees no addresses of others.
        "members": everyone if access.may_edit else mine,
        "others": 0 if access.may_edit else len(everyone) - len(mine),
        "invitations": invitations.invitations_of(reading_list) if access.is_owner else [],
        "form": form,
    }
    return render(request, "readinglists/people.html", context, status=status)
