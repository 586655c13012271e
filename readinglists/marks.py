from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser

from readinglists.models import Entry, ReadingList


def saved_paper_ids(user: AbstractBaseUser, paper_ids: Iterable[int]) -> set[int]:
    """Return which of these papers `user` has in some list of their own. One query."""
    return papers_in_lists_of(user.pk, paper_ids)


def all_saved(user: AbstractBaseUser) -> set[int]:
    """Return the papers that `user` has in some list of their own."""
    entries = Entry.objects.filter(reading_list__in=ReadingList.objects.of(user))
    return set(entries.order_by().values_list("paper_id", flat=True))


def papers_in_list_named(user: AbstractBaseUser, title: str) -> set[int] | None:
    """Return what is in `user`'s own lists of this title, None when there is none.

    Capitals do not matter. Titles are not unique: the papers of all that bear it.
    """
    lists = ReadingList.objects.of(user).filter(title__iexact=title)
    ids = list(lists.order_by().values_list("pk", flat=True))
    if not ids:
        return None
    entries = Entry.objects.filter(reading_list__in=ids)
    return set(entries.order_by().values_list("paper_id", flat=True))


def papers_in_lists_of(owner_id: int, paper_ids: Iterable[int]) -> set[int]:
    lists = ReadingList.objects.kept().filter(owner_id=owner_id)
    entries = Entry.objects.filter(reading_list__in=lists, paper_id__in=list(paper_ids))
    return set(entries.order_by().values_list("paper_id", flat=True))
