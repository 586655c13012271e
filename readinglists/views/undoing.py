"""Undoing what was done to lists."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from readinglists.access import Rank, gone_is_not_found, open_list, reader_of, reader_posts
from readinglists.history import CannotUndoError
from readinglists.models import ListChange
from readinglists.undoing import undo_whole
from readinglists.views.going_back import back_to


@reader_posts
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    change = _change(request, pk)
    try:
        with gone_is_not_found():
            undone = undo_whole(change, reader_of(request))
    except CannotUndoError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Undone."))
        for words in undone.left:
            messages.warning(request, words)
    return redirect(back_to(request, change.reading_list))


def _change(request: HttpRequest, pk: int) -> ListChange:
    with_lists = ListChange.objects.select_related("reading_list", "other_half__reading_list")
    change = with_lists.filter(pk=pk).first()
    if change is None:
        raise Http404(_("There is nothing here."))
    open_list(request.user, change.reading_list_id, Rank.EDIT)
    return change
