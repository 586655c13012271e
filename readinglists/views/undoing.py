from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from readinglists import history
from readinglists.access import Rank, gone_is_not_found, open_list, reader_of, reader_posts
from readinglists.models import ListChange
from readinglists.views.going_back import back_to


@reader_posts
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """`also` names the other half of a move from list to list."""
    also = request.GET.get("also", "")
    numbers = [pk, int(also)] if also.isascii() and also.isdigit() and len(also) < 19 else [pk]
    changes = [_change(request, number) for number in numbers]
    try:
        with gone_is_not_found():
            left = [
                words for each in changes for words in history.undo(each, reader_of(request)).left
            ]
    except history.CannotUndoError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, " ".join([_("Undone."), *left]))
    return redirect(back_to(request, changes[0].reading_list))


def _change(request: HttpRequest, pk: int) -> ListChange:
    change = ListChange.objects.filter(pk=pk).first()
    if change is None:
        raise Http404(_("There is nothing here."))
    open_list(request.user, change.reading_list_id, Rank.EDIT)
    return change
