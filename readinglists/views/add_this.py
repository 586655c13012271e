from functools import partial

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from readinglists.access import gone_is_not_found, lists_to_edit, reader_of, reader_required
from readinglists.add_this import BOOKMARKLET, Saved, find_paper, name_of, save
from readinglists.forms import AddThisForm
from readinglists.models import ReadingList
from readinglists.views.lost_texts import keeps_what_was_typed


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed(partial(AddThisForm, lists=[]))
@reader_required
def add_this(request: HttpRequest) -> HttpResponse:
    """Opened by the bookmarklet with `url`, `name` and `title` of a page; POST saves."""
    mine = lists_to_edit(reader_of(request))
    text = name_of(request.GET.get("url", ""), request.GET.get("name", ""))
    first = next((each.pk for each in mine if each.is_default), mine[0].pk if mine else "")
    initial = {"text": text, "into": str(first)}
    form = AddThisForm(request.POST or None, initial=initial, lists=mine)
    if request.method == "POST" and form.is_valid():
        saved = _save(request, form, mine)
        if saved is not None:
            return _lead_on(request, saved)
    shown = request.POST.get("text", text)
    context = {
        "section": "lists",
        "form": form,
        "paper": find_paper(shown),
        "page_title": request.GET.get("title", "")[:300],
    }
    status = 422 if form.errors else 200
    return render(request, "readinglists/add_this.html", context, status=status)


def _save(request: HttpRequest, form: AddThisForm, mine: list[ReadingList]) -> Saved | None:
    sent = form.cleaned_data
    into = next((each for each in mine if str(each.pk) == sent["into"]), None)
    try:
        with gone_is_not_found():
            return save(
                reader_of(request),
                sent["text"],
                into=into,
                new_title=sent["new_title"],
                note=sent["note"],
            )
    except ValueError as error:
        form.add_error("text", str(error))
        return None


def _lead_on(request: HttpRequest, saved: Saved) -> HttpResponse:
    if saved.asked is not None and saved.reading_list is not None:
        words = _("This paper is being fetched, and comes into “%s” as soon as it is here.")
        messages.info(request, words % saved.reading_list.title)
        return redirect(saved.reading_list)
    if saved.asked is not None:
        messages.info(request, _("This paper is being fetched. Save it once it is here."))
        return redirect("papers:paper_request", saved.asked.pk)
    assert saved.reading_list is not None  # noqa: S101 - a paper that is here stands in a list
    words = _("Saved in “%s”.") if saved.is_new else _("It is in “%s” already.")
    messages.success(request, words % saved.reading_list.title)
    return redirect(saved.reading_list)


@require_safe
def from_anywhere(request: HttpRequest) -> HttpResponse:
    """How to add papers from other sites: the bookmarklet, and a line for the shell."""
    address = f"{settings.SITE_URL}{reverse('readinglists:add_this')}"
    context = {"section": "lists", "bookmarklet": BOOKMARKLET % {"address": address}}
    return render(request, "readinglists/from_anywhere.html", context)
