from django.contrib.auth.base_user import AbstractBaseUser

from readinglists.models import Entry, ReadingList

# For papers.marks: what is in some list of the reader's own, which is not in the bin.
SAVED = """
    SELECT entry.paper_id FROM readinglists_entry entry
    JOIN readinglists_readinglist list ON list.id = entry.reading_list_id
    WHERE list.owner_id = %(user)s AND list.deleted_at IS NULL AND entry.paper_id = ANY(%(papers)s)
"""


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
