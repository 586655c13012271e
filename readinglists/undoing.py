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
from readinglists.saves import lock_lists_of


def undo_whole(change: ListChange, by: AbstractBaseUser) -> Undone:
    """As history.undo; of a move also the half in the other list, where `by` may edit that.

    Returns what was done to the list of `change`; `left` tells of both. Raises as history.undo.
    """
    halves = [half for half in (change, change.other_half) if half is not None]
    done: dict[int, Undone] = {}
    left: list[str] = []
    with transaction.atomic():
        # Both before either is changed, as every change that holds two lists.
        lock_lists_of(*(half.reading_list.owner_id for half in halves))
        for half in halves:
            try:
                done[half.pk] = _undo_half(half, by)
                left += done[half.pk].left
            except (Http404, PermissionDenied, ReadingList.DoesNotExist):
                if half is change:
                    raise
                left.append(_("You cannot change the other list of this move now: it stays as is."))
            except CannotUndoError as error:
                if half is change:
                    raise
                left.append(_("In the other list: %s") % error)
        if len(done) == 2:
            history.join_halves(*(undone.change for undone in done.values()))
        elif _took_papers_out(done[change.pk].change) and _is_of_a_move(change):
            left.append(_("The papers did not go to the other list: undo this to have them here."))
    return Undone(done[change.pk].change, list(dict.fromkeys(left)))


def _took_papers_out(change: ListChange) -> bool:
    return any(row["table"] == "entry" and row["after"] is None for row in change.rows)


def _is_of_a_move(change: ListChange | None) -> bool:
    """Whether it is half of a move from list to list, or undid one, or the undoing of one."""
    moves = (ListChange.Kind.SENT, ListChange.Kind.BROUGHT)
    return change is not None and (change.kind in moves or _is_of_a_move(change.undoes))


def _undo_half(half: ListChange, by: AbstractBaseUser) -> Undone:
    open_list(by, half.reading_list_id, Rank.EDIT)
    return history.undo(half, by)
