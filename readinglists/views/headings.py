from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from readinglists import headings
from readinglists.access import (
    Rank,
    gone_is_not_found,
    heading_to_edit,
    open_list,
    reader_of,
    reader_posts,
    reader_required,
)
from readinglists.changing import EditConflictError
from readinglists.forms import HeadingForm
from readinglists.models import Heading, ReadingList
from readinglists.views.conflicts import show_conflict
from readinglists.views.gaps import read_gap, say_nothing_moved
from readinglists.views.going_back import address_of_heading, back_to, removed_already
from readinglists.views.lost_texts import keeps_what_was_typed
from readinglists.views.toasts import offer_undo


@keeps_what_was_typed(HeadingForm)
@reader_posts
def add_heading(request: HttpRequest, pk: int) -> HttpResponse:
    """At the end of the list, or where the form says (views/gaps.py)."""
    reading_list = open_list(request.user, pk, Rank.EDIT).reading_list
    form = HeadingForm(request.POST)
    if not form.is_valid():
        return _ask_again(request, reading_list, form, _place(request))
    title = form.cleaned_data["title"]
    try:
        gap = read_gap(request, reading_list) if _place(request)["before"] else None
        made = headings.add_heading(reading_list, title, by=reader_of(request), gap=gap)
    except ValueError:
        return HttpResponseBadRequest(_("Say one place to move to."))
    except ReadingList.DoesNotExist as error:
        raise Http404(_("This is not there any more.")) from error
    except ObjectDoesNotExist:
        words = _("What the heading was to stand above is gone. Sent again, it goes to the end.")
        form.add_error(None, words)
        return _ask_again(request, reading_list, form, {}, status=409)
    return redirect(address_of_heading(made))


def _ask_again(
    request: HttpRequest,
    reading_list: ReadingList,
    form: HeadingForm,
    place: dict[str, str],
    *,
    status: int = 200,
) -> HttpResponse:
    context = {"section": "lists", "reading_list": reading_list, "form": form, **place}
    return render(request, "readinglists/add_heading.html", context, status=status)


def _place(request: HttpRequest) -> dict[str, str]:
    return {"before": request.POST.get("before", "")}


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed(HeadingForm)
@reader_required
def rename_heading(request: HttpRequest, pk: int) -> HttpResponse:
    heading = heading_to_edit(request.user, pk)
    now = {"title": heading.title, "seen": heading.version}
    now |= {"reading_list": heading.reading_list_id}
    form = HeadingForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        return _rename(request, heading, form)
    context = {"section": "lists", "heading": heading, "form": form}
    return render(
        request,
        "readinglists/rename_heading.html",
        context | {"back": address_of_heading(heading)},
    )


def _rename(request: HttpRequest, heading: Heading, form: HeadingForm) -> HttpResponse:
    title, seen = form.cleaned_data["title"], form.cleaned_data["seen"]
    try:
        with gone_is_not_found():
            headings.rename_heading(heading, title, by=reader_of(request), seen=seen)
    except EditConflictError as error:
        action = reverse("readinglists:rename_heading", args=[heading.pk])
        back = address_of_heading(heading)
        return show_conflict(request, form, error, action=action, back=back)
    return redirect(address_of_heading(heading))


@reader_posts
def move_heading(request: HttpRequest, pk: int) -> HttpResponse:
    heading = heading_to_edit(request.user, pk)
    try:
        gap = read_gap(request, heading.reading_list)
        headings.move_heading(heading, gap, by=reader_of(request))
    except ValueError:
        return HttpResponseBadRequest(_("Say one place to move to."))
    except ObjectDoesNotExist:
        say_nothing_moved(request)
        return redirect(heading.reading_list)
    return redirect(address_of_heading(heading))


@reader_posts
def remove_heading(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        heading = heading_to_edit(request.user, pk)
        with gone_is_not_found():
            change = headings.remove_heading(heading, by=reader_of(request))
    except Http404:
        return removed_already(request)
    offer_undo(request, _("Removed the heading “%s”; its papers stay.") % heading.title, change)
    return redirect(back_to(request, heading.reading_list))
