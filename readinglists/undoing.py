"""Undoing a change with what belongs to it: a move from list to list in both lists."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from readinglists import history
from readinglists.access import Rank, open_list
from readinglists.history import CannotUndoError, Undone
from readinglists.models import ListChange, ReadingList


def undo_whole(change: ListChange, by: AbstractBaseUser) -> Undone:
    """As history.undo; of a move also the half in the other list, where `by` may edit that.

    Returns what was done to the list of `change`; `left` tells of both. Raises as history.undo.
    """
    if change.other_half is None:
        return history.undo(change, by)
    halves = sorted((change, change.other_half), key=lambda half: half.reading_list.owner_id)
    done: dict[int, Undone] = {}
    left: dict[str, None] = {}
    # In the order of owners, as every change that holds two lists (copying.py).
    with transaction.atomic():
        for half in halves:
            try:
                done[half.pk] = _undo_half(half, by)
                left |= dict.fromkeys(done[half.pk].left)
            except (Http404, PermissionDenied, ReadingList.DoesNotExist):
                if half is change:
                    raise
                left[_("The other list of this move is not yours to edit and stays as it is.")] = (
                    None
                )
            except CannotUndoError as error:
                if half is change:
                    raise
                left[_("In the other list: %s") % error] = None
        if len(done) == len(halves):
            history.join_halves(*(undone.change for undone in done.values()))
    return Undone(done[change.pk].change, list(left))


def _undo_half(half: ListChange, by: AbstractBaseUser) -> Undone:
    open_list(by, half.reading_list_id, Rank.EDIT)
    return history.undo(half, by)
