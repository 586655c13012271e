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
    other = change.other_half
    halves = [half for half in (change, other) if half is not None]
    with transaction.atomic():
        # Both before either is changed, as every change that holds two lists.
        lock_lists_of(*(half.reading_list.owner_id for half in halves))
        done = _undo_half(change, by)
        beside, left = _undo_beside(other, by) if other else (None, [])
        if beside:
            history.join_halves(done.change, beside)
        elif _took_papers_out(done.change) and _is_of_a_move(change):
            left.append(_("The papers did not go to the other list: undo this to have them here."))
    return Undone(done.change, list(dict.fromkeys([*done.left, *left])))


def _undo_beside(half: ListChange, by: AbstractBaseUser) -> tuple[ListChange | None, list[str]]:
    """Undo the half in the other list where that can be done; say in words what could not."""
    try:
        done = _undo_half(half, by)
    except (Http404, PermissionDenied, ReadingList.DoesNotExist):
        return None, [_("You cannot change the other list of this move now: it stays as is.")]
    except CannotUndoError as error:
        return None, [_("In the other list: %s") % error]
    return done.change, done.left


def _took_papers_out(change: ListChange) -> bool:
    return any(row["table"] == "entry" and row["after"] is None for row in change.rows)


def _is_of_a_move(change: ListChange | None) -> bool:
    """Whether it is half of a move from list to list, or undid one, or the undoing of one."""
    moves = (ListChange.Kind.SENT, ListChange.Kind.BROUGHT)
    return change is not None and (change.kind in moves or _is_of_a_move(change.undoes))


def _undo_half(half: ListChange, by: AbstractBaseUser) -> Undone:
    open_list(by, half.reading_list_id, Rank.EDIT)
    return history.undo(half, by)
