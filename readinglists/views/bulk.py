"""Several entries of a list at once: one form, whose buttons say what is to be done."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from papers.numerals import grouped
from papers.row_numbers import read_row_number
from papers.search.language import QueryTooLong
from papers.search.reader import IndexNotReady
from readinglists import copying, entries
from readinglists.access import Rank, open_list, reader_of, reader_posts
from readinglists.bulk import all_that_match, those_named
from readinglists.list_view import ListView
from readinglists.models import Entry, ReadingList
from readinglists.states import State
from readinglists.states_undo import mark_many
from readinglists.tags import read_tags
from readinglists.views.gaps import read_gap, say_nothing_moved
from readinglists.views.going_back import back_to
from readinglists.views.toasts import offer_undo, offer_undo_at


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be done with which entries, by whom."""

    request: HttpRequest
    reading_list: ReadingList
    entries: list[Entry]

    @property
    def ids(self) -> list[int]:
        return [entry.pk for entry in self.entries]


@reader_posts
def bulk(request: HttpRequest, pk: int) -> HttpResponse:
    known = _ACTIONS.get(request.POST.get("do", ""))
    if known is None:
        return HttpResponseBadRequest(_("Say what is to be done with them."))
    act, need = known
    reading_list = open_list(request.user, pk, need).reading_list
    back = redirect(back_to(request, reading_list))
    try:
        chosen = Chosen(request, reading_list, _entries(request, reading_list))
        if chosen.entries:
            act(chosen)
        else:
            messages.error(request, _("No paper was selected: tick some first."))
    except (IndexNotReady, QueryTooLong, ValueError) as error:
        messages.error(request, str(error))
    except ObjectDoesNotExist:
        say_nothing_moved(request)
    return back


def _entries(request: HttpRequest, reading_list: ReadingList) -> list[Entry]:
    """`which` says which; `page` names those of the page, `view` what was asked of the list."""
    which = request.POST.get("which", "ticked")
    if which == "all":
        view = ListView.read(QueryDict(request.POST.get("view", "")))
        return all_that_match(reading_list, view, reader_of(request))
    named = request.POST.getlist("entry")
    if which == "page":
        named = request.POST.get("page", "").split(",")
    numbers = [number for text in named if (number := read_row_number(text)) is not None]
    return those_named(reading_list, numbers)


def _mark(chosen: Chosen) -> None:
    wanted = chosen.request.POST.get("state", "")
    if wanted not in State.values:
        raise ValueError(_("There is no such mark."))
    papers = [entry.paper_id for entry in chosen.entries]
    token = mark_many(reader_of(chosen.request), papers, State(wanted))
    words = ngettext("Marked %s paper.", "Marked %s papers.", len(papers)) % grouped(len(papers))
    offer_undo_at(chosen.request, words, reverse("readinglists:undo_states", args=[token]))


def _tag(chosen: Chosen) -> None:
    tags = read_tags(chosen.request.POST.get("tags", ""))
    if not tags:
        raise ValueError(_("Write the tags that they are to get."))
    by = reader_of(chosen.request)
    change = entries.tag_many(chosen.reading_list, chosen.ids, tags, by=by)
    count = len(change.rows) if change else 0
    words = ngettext("Tagged %s paper.", "Tagged %s papers.", count) % grouped(count)
    offer_undo(chosen.request, words, change)


def _copy(chosen: Chosen) -> None:
    target, by = _target(chosen), reader_of(chosen.request)
    copying.take_place(by, len(chosen.entries))
    change = copying.copy_entries(chosen.reading_list, chosen.ids, target, by=by)
    count = len(change.rows) if change else 0
    words = ngettext(
        "Copied %(count)s paper to “%(list)s”.", "Copied %(count)s papers to “%(list)s”.", count
    )
    offer_undo(chosen.request, words % {"count": grouped(count), "list": target.title}, change)


def _send(chosen: Chosen) -> None:
    target, by = _target(chosen), reader_of(chosen.request)
    copying.take_place(by, len(chosen.entries))
    sent, _brought = copying.move_entries(chosen.reading_list, chosen.ids, target, by=by)
    count = len(sent.rows) if sent else 0
    words = ngettext(
        "Moved %(count)s paper to “%(list)s”.", "Moved %(count)s papers to “%(list)s”.", count
    )
    offer_undo(chosen.request, words % {"count": grouped(count), "list": target.title}, sent)


def _place(chosen: Chosen) -> None:
    gap, by = read_gap(chosen.request, chosen.reading_list), reader_of(chosen.request)
    change = entries.move_many(chosen.reading_list, chosen.ids, gap, by=by)
    count = len(chosen.entries)
    words = ngettext("Moved %s paper.", "Moved %s papers.", count) % grouped(count)
    offer_undo(chosen.request, words, change)


def _remove(chosen: Chosen) -> None:
    by = reader_of(chosen.request)
    change = entries.remove_many(chosen.reading_list, chosen.ids, by=by)
    count = len(change.rows) if change else 0
    words = ngettext("Removed %s paper.", "Removed %s papers.", count) % grouped(count)
    offer_undo(chosen.request, words, change)


def _target(chosen: Chosen) -> ReadingList:
    """The list that they go to. Raises Http404 for one that the reader may not edit."""
    text = chosen.request.POST.get("to", "")
    if not text:
        raise ValueError(_("Choose the list that they are to go to."))
    number = read_row_number(text)
    if number is None or number == chosen.reading_list.pk:
        raise Http404(_("There is nothing here."))
    return open_list(chosen.request.user, number, Rank.EDIT).reading_list


_ACTIONS: dict[str, tuple[Callable[[Chosen], None], Rank]] = {
    "mark": (_mark, Rank.VIEW),
    "copy": (_copy, Rank.VIEW),
    "tag": (_tag, Rank.EDIT),
    "send": (_send, Rank.EDIT),
    "place": (_place, Rank.EDIT),
    "remove": (_remove, Rank.EDIT),
}
