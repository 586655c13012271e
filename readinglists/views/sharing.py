"""How a list is shared, for its owner."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from readinglists import keeping, list_files, publishing, shared_pages, sharing
from readinglists.access import (
    Rank,
    gone_is_not_found,
    open_list,
    own_link,
    reader_of,
    reader_posts,
    reader_required,
)
from readinglists.changing import EditConflictError
from readinglists.forms import BylineForm, LinkForm
from readinglists.models import ReadingList, ShareLink
from readinglists.places import full_address, link_address, own_outlet
from readinglists.publishing import CannotPublishError
from readinglists.sharing import TooManyLinksError
from readinglists.views.lost_texts import keeps_what_was_typed


@require_safe
@reader_required
def show_sharing(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, open_list(request.user, pk, Rank.OWN).reading_list)


@reader_posts
def make_link(request: HttpRequest, pk: int) -> HttpResponse:
    reading_list = open_list(request.user, pk, Rank.OWN).reading_list
    form = LinkForm(request.POST)
    if form.is_valid():
        try:
            with gone_is_not_found():
                sharing.make_link(reading_list, **form.terms)
        except TooManyLinksError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _made(can_edit=form.terms["can_edit"]))
            return redirect("readinglists:sharing", pk)
    return _page(request, reading_list, link_form=form, status=422)


def _made(*, can_edit: bool) -> str:
    if can_edit:
        return _("The link is made. Whoever has it can join and edit the list.")
    return _("The link is made. Whoever has it can read the list.")


@require_http_methods(["GET", "HEAD", "POST"])
@reader_required
def change_link(request: HttpRequest, pk: int) -> HttpResponse:
    link = own_link(request.user, pk)
    form = LinkForm(request.POST or None, initial=LinkForm.initial_of(link))
    if request.method == "POST" and form.is_valid():
        if sharing.change_link(link, **form.terms):
            messages.success(request, _("The link is changed; its address is the same."))
        else:
            messages.error(request, _("This link is revoked: it stays as it was."))
        return redirect("readinglists:sharing", link.reading_list_id)
    status = 422 if form.is_bound else 200
    return _ask(request, "readinglists/link_change.html", link, status=status, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@reader_required
def rotate_link(request: HttpRequest, pk: int) -> HttpResponse:
    link = own_link(request.user, pk)
    if request.method == "POST":
        with gone_is_not_found():
            sharing.rotate_link(link)
        messages.success(request, _("The link has a new address; the old one opens nothing."))
        return redirect("readinglists:sharing", link.reading_list_id)
    return _ask(request, "readinglists/link_rotate.html", link)


@require_http_methods(["GET", "HEAD", "POST"])
@reader_required
def revoke_link(request: HttpRequest, pk: int) -> HttpResponse:
    link = own_link(request.user, pk)
    if request.method == "POST":
        sharing.revoke_link(link)
        messages.success(request, _("The link is revoked: whoever opens it finds nothing."))
        return redirect("readinglists:sharing", link.reading_list_id)
    return _ask(request, "readinglists/link_revoke.html", link)


@reader_posts
def delete_link(request: HttpRequest, pk: int) -> HttpResponse:
    link = own_link(request.user, pk)
    if sharing.delete_link(link):
        messages.success(request, _("The revoked link is forgotten."))
    else:
        messages.error(request, _("This link still works: revoke it first."))
    return redirect("readinglists:sharing", link.reading_list_id)


@require_http_methods(["GET", "HEAD", "POST"])
@reader_required
@keeps_what_was_typed(BylineForm)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what everybody will see, and let them."""
    reading_list = open_list(request.user, pk, Rank.OWN).reading_list
    form = _byline_form(request, reading_list)
    if request.method == "POST" and _write_byline(request, reading_list, form):
        try:
            with gone_is_not_found():
                publishing.publish(reading_list)
        except CannotPublishError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The list is public: everybody can read it."))
        return redirect("readinglists:sharing", pk)
    number = request.GET.get("page", "1")
    context = {
        "section": "lists",
        "reading_list": reading_list,
        "form": form,
        "page": shared_pages.render_for_visitors(reading_list, number, request.path),
        "notes": reading_list.entries.exclude(note="").count(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "readinglists/publish.html", context, status=status)


@reader_posts
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    reading_list = open_list(request.user, pk, Rank.OWN).reading_list
    publishing.withdraw(ReadingList.objects.filter(pk=reading_list.pk))
    messages.success(request, _("The list is no longer public. Its links work as before."))
    return redirect("readinglists:sharing", pk)


@reader_posts
@keeps_what_was_typed(BylineForm)
def set_byline(request: HttpRequest, pk: int) -> HttpResponse:
    reading_list = open_list(request.user, pk, Rank.OWN).reading_list
    form = _byline_form(request, reading_list)
    if not _write_byline(request, reading_list, form):
        return _page(request, reading_list, byline_form=form, status=422)
    messages.success(request, _("Saved."))
    return redirect("readinglists:sharing", pk)


@require_safe
@reader_required
def list_file(request: HttpRequest, pk: int, ending: str) -> HttpResponseBase:
    """The list as a file, for whoever owns or shares it."""
    reading_list = open_list(request.user, pk).reading_list
    outlet = own_outlet(reading_list)
    return list_files.answer(request, reading_list, ending, outlet, now=timezone.now())


def _page(
    request: HttpRequest,
    reading_list: ReadingList,
    *,
    link_form: LinkForm | None = None,
    byline_form: BylineForm | None = None,
    status: int = 200,
) -> HttpResponse:
    links = list(sharing.links_of(reading_list))
    context = {
        "section": "lists",
        "reading_list": reading_list,
        "links": [(link, link_address(link)) for link in links],
        "public_address": full_address(f"/public/{reading_list.pk}/"),
        "followers": publishing.followers_of(reading_list) if reading_list.is_public else 0,
        "link_form": link_form or LinkForm(),
        "byline_form": byline_form or _byline_form(None, reading_list),
    }
    return render(request, "readinglists/sharing.html", context, status=status)


def _ask(
    request: HttpRequest, template: str, link: ShareLink, *, status: int = 200, **more: object
) -> HttpResponse:
    with gone_is_not_found():
        counted = sharing.links_of(link.reading_list).get(pk=link.pk)
    context = {"section": "lists", "link": counted, "reading_list": link.reading_list, **more}
    return render(request, template, context, status=status)


def _byline_form(request: HttpRequest | None, reading_list: ReadingList) -> BylineForm:
    now = {"byline": reading_list.byline, "seen": reading_list.version}
    posted = request.POST if request is not None and request.method == "POST" else None
    return BylineForm(posted, initial=now)


def _write_byline(request: HttpRequest, reading_list: ReadingList, form: BylineForm) -> bool:
    """Write it; return False, with the reason in the form, where that cannot be."""
    if not form.is_valid():
        return False
    byline, seen = form.cleaned_data["byline"], form.cleaned_data["seen"]
    try:
        with gone_is_not_found():
            keeping.set_details(reading_list, {"byline": byline}, by=reader_of(request), seen=seen)
    except EditConflictError as error:
        words = _("Somebody changed the list meanwhile; it now says “%s”. Send again to change it.")
        form.add_error("byline", words % error.current["byline"])
        form.data = {"byline": byline, "seen": str(error.version)}
        return False
    return True
