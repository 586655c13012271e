"""Which entries of a list a form means: those ticked, those of its page, or all that match."""

from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser

from readinglists.list_view import ListView, entries_of
from readinglists.models import Entry, ReadingList
from readinglists.search_inside import find_inside


def all_that_match(
    reading_list: ReadingList, view: ListView, reader: AbstractBaseUser
) -> list[Entry]:
    """Return the entries that `view` asks for, their papers by number only.

    Raises IndexNotReady and QueryTooLong where words are looked for.
    """
    found = entries_of(reading_list, view, reader).only("pk", "paper_id", "reading_list_id")
    if view.q:
        papers = frozenset(found.order_by().values_list("paper_id", flat=True))
        found = found.filter(paper_id__in=find_inside(view.q, papers, reader).paper_ids)
    return list(found)


def those_named(reading_list: ReadingList, entry_ids: Iterable[int]) -> list[Entry]:
    """Return those of the entries that are in the list still."""
    found = reading_list.entries.filter(pk__in=list(entry_ids))
    return list(found.only("pk", "paper_id", "reading_list_id").order_by("position", "pk"))
