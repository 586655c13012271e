from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from papers import seen
from papers.cards import Onlooker, render_seen_button
from papers.htmx import HtmxHttpRequest
from papers.numerals import grouped
from papers.row_numbers import read_row_number
from papers.views.going_back import ask_to_log_in, find_by_number, next_address

LONGEST_LIST = 2_000


@require_POST
def mark_seen(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    """One paper, by the button of its card."""
    if not isinstance(request.user, AbstractBaseUser):
        return ask_to_log_in(request)
    found = find_by_number(pk)
    is_seen = request.POST.get("seen") == "1"
    seen.set_seen(request.user, [found.pk], seen=is_seen)
    if request.htmx:
        onlooker = Onlooker(request.get_full_path(), is_reader=True)
        return HttpResponse(render_seen_button(found, onlooker, seen=is_seen))
    return redirect(next_address(request, found.get_absolute_url()))


@require_POST
def mark_page_seen(request: HtmxHttpRequest, *, is_seen: bool = True) -> HttpResponse:
    """All papers of a page, or none of them; `papers` are their numbers with commas."""
    if not isinstance(request.user, AbstractBaseUser):
        return ask_to_log_in(request)
    numbers = request.POST.get("papers", "")[:LONGEST_LIST].split(",")
    ids = [number for text in numbers if (number := read_row_number(text)) is not None]
    marked = seen.set_seen(request.user, ids, seen=is_seen)
    if is_seen:
        text = ngettext("%s paper is marked as seen.", "%s papers are marked as seen.", marked)
    else:
        text = ngettext("%s paper is not seen.", "%s papers are not seen.", marked)
    messages.success(request, text % grouped(marked))
    return redirect(next_address(request))


@require_POST
def hide_seen(request: HtmxHttpRequest) -> HttpResponse:
    """Let no list show what the reader has seen, or all show it again."""
    if not isinstance(request.user, AbstractBaseUser):
        return ask_to_log_in(request)
    is_hidden = request.POST.get("hidden") == "1"
    seen.set_hidden(request.user, hidden=is_hidden)
    shown, hidden = (
        _("Papers you have seen are shown again."),
        _("Papers you have seen are hidden."),
    )
    messages.success(request, hidden if is_hidden else shown)
    return redirect(next_address(request))
