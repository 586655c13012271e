from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser

from readinglists.models import Entry


def saved_paper_ids(user: AbstractBaseUser, paper_ids: Iterable[int]) -> set[int]:
    """Return which of these papers `user` has in some list of their own. One query."""
    return papers_in_lists_of(user.pk, paper_ids)


def papers_in_lists_of(owner_id: int, paper_ids: Iterable[int]) -> set[int]:
    entries = Entry.objects.filter(reading_list__owner_id=owner_id, paper_id__in=list(paper_ids))
    return set(entries.order_by().values_list("paper_id", flat=True))
