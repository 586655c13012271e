"""A file of papers on its way into a list: taken, read, looked at, written, forgotten.

It decides the order of the steps and how many a reader may have open; the modules beside do them.
The bytes stand in the row until they are read.
"""

from datetime import datetime, timedelta
from pathlib import PurePath

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from papers.limits import CacheAwayError, Limit, take
from readinglists.imports.storing import read_file
from readinglists.imports.turns import State, claim, fail, nudge
from readinglists.imports.writing import write_into_list
from readinglists.models import ImportRow, ListImport, ReadingList

KEPT_FOR = timedelta(days=7)
MOST_ATTEMPTS = 3
MOST_OPEN = 10
A_READER = Limit("imports", amount=60, window_seconds=3600)
# Smaller ones are read and written while the reader waits for the page.
READ_AT_ONCE_BYTES = 200_000
WRITE_AT_ONCE_ROWS = 500


def take_file(
    user: AbstractBaseUser,
    data: bytes,
    *,
    now: datetime,
    file_name: str = "",
    into: ReadingList | None = None,
    new_title: str = "",
) -> ListImport:
    """Keep the file, and read it at once when it is small; a worker is nudged for a larger one.

    Raises ValueError in words when the reader has ten imports that are not finished, or began sixty
    within an hour.
    """
    _take_place(user)
    with transaction.atomic():
        # Two uploads at the same time must not pass the limit together.
        get_user_model()._default_manager.select_for_update(no_key=True).get(pk=user.pk)
        if unfinished(user).count() >= MOST_OPEN:
            raise ValueError(_("You have ten imports that are not finished. Finish one first."))
        made = ListImport.objects.create(
            user_id=user.pk,
            reading_list=into,
            new_title=new_title,
            file_name=PurePath(file_name).name[:200],
            data=data,
            expires_at=now + KEPT_FOR,
        )
    _do(made, at_once=len(data) <= READ_AT_ONCE_BYTES)
    return made


def _take_place(user: AbstractBaseUser) -> None:
    try:
        is_free = take(A_READER, str(user.pk))
    except CacheAwayError:
        return  # ten that are not finished are the limit then
    if not is_free:
        raise ValueError(_("You imported sixty files within an hour. Please go on in a while."))


def ask_to_write(list_import: ListImport, *, into: ReadingList | None, new_title: str) -> None:
    """Put what was found into `into`, or a new list of that title: at once when it is little.

    Nothing happens to an import that is not ready, such as one that was asked for twice.
    """
    ready = ListImport.objects.filter(pk=list_import.pk, state=State.READY)
    if ready.update(state=State.WRITING, reading_list=into, new_title=new_title[:200]):
        _do(list_import, at_once=(list_import.total or 0) <= WRITE_AT_ONCE_ROWS)


def work_on(import_id: int) -> None:
    """Read the file, or write it into its list, whichever it waits for.

    Returns quietly when the row is gone, done, or another worker's.
    """
    claimed = claim(import_id)
    if claimed is None:
        return
    if claimed.attempts > MOST_ATTEMPTS:  # its worker died each time
        fail(claimed, _("It could not be done in three attempts."))
    elif claimed.state == State.WRITING:
        write_into_list(claimed)
    else:
        read_file(claimed)


def unfinished(user: AbstractBaseUser) -> "QuerySet[ListImport]":
    return ListImport.objects.filter(user_id=user.pk).exclude(state__in=(State.DONE, State.FAILED))


def counts_of(list_import: ListImport) -> dict[str, int]:
    """How many rows there are of each outcome."""
    rows = list_import.rows.order_by().values_list("outcome").annotate(Count("pk"))
    return dict.fromkeys(ImportRow.Outcome.values, 0) | dict(rows)


def throw_away(list_import: ListImport) -> None:
    """Delete the import; what it put into a list stays there."""
    with transaction.atomic():
        # A worker that is reading it ends its step first: rows of it must not come after.
        list(ListImport.objects.select_for_update().filter(pk=list_import.pk))
        ImportRow.objects.filter(list_import=list_import).delete()
        ListImport.objects.filter(pk=list_import.pk).delete()


def forget_old(*, now: datetime) -> int:
    """Delete imports a week after they were begun; return how many."""
    old = list(ListImport.objects.filter(expires_at__lt=now)[:500])
    for each in old:
        throw_away(each)
    return len(old)


def _do(list_import: ListImport, *, at_once: bool) -> None:
    if at_once:
        work_on(list_import.pk)
        list_import.refresh_from_db()
    else:
        nudge(list_import.pk)
