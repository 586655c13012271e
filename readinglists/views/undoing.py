"""Undoing what was done to lists: one change, or both halves of a move from list to list."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from readinglists import history
from readinglists.access import Rank, gone_is_not_found, open_list, reader_of, reader_posts
from readinglists.models import ListChange
from readinglists.views.going_back import back_to


@reader_posts
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    return _undo(request, [_change(request, pk)])


@reader_posts
def undo_both(request: HttpRequest, pk: int, also: int) -> HttpResponse:
    """Both or neither."""
    return _undo(request, [_change(request, pk), _change(request, also)])


def _undo(request: HttpRequest, changes: list[ListChange]) -> HttpResponse:
    left: list[str] = []
    try:
        # In the order of owners, as every change that holds two lists (copying.py).
        with gone_is_not_found(), transaction.atomic():
            for change in sorted(changes, key=lambda each: each.reading_list.owner_id):
                left += history.undo(change, reader_of(request)).left
    except history.CannotUndoError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Undone."))
        for words in left:
            messages.warning(request, words)
    return redirect(back_to(request, changes[0].reading_list))


def _change(request: HttpRequest, pk: int) -> ListChange:
    change = ListChange.objects.select_related("reading_list").filter(pk=pk).first()
    if change is None:
        raise Http404(_("There is nothing here."))
    open_list(request.user, change.reading_list_id, Rank.EDIT)
    return change
