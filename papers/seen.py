"""What a reader has seen, because they said so: never because a page or a mail was opened.

It decides which papers a list leaves out for a reader who hides what they have seen; the choice
is one for all lists, and goes with the reader to every device.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import QuerySet

from papers.models import Paper, SeenHidden, SeenPaper

# More than any page shows.
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class SeenChoice:
    """Whether a reader hides what they saw, and those papers' ids as a query; None: hide none."""

    is_reader: bool = False
    hidden: "QuerySet[SeenPaper, int] | None" = None

    @property
    def hides(self) -> bool:
        return self.hidden is not None


def choice_of(user: AbstractBaseUser | AnonymousUser) -> SeenChoice:
    """Return what `user` chose. One query for a reader, none for a visitor."""
    if not isinstance(user, AbstractBaseUser):
        return SeenChoice()
    if not _hides(user.pk):
        return SeenChoice(is_reader=True)
    ids = SeenPaper.objects.filter(user_id=user.pk).values_list("paper_id", flat=True)
    return SeenChoice(is_reader=True, hidden=ids)


def _hides(user_id: int) -> bool:
    with connection.cursor() as cursor:
        # A constant, as it is asked at every page: to build it took four times as long.
        cursor.execute("SELECT FROM papers_seenhidden WHERE user_id = %s", [user_id])
        return bool(cursor.rowcount)


def set_hidden(user: AbstractBaseUser, *, hidden: bool) -> None:
    """Make `user`'s choice what `hidden` says; asking twice changes nothing."""
    if hidden:
        SeenHidden.objects.bulk_create([SeenHidden(user_id=user.pk)], ignore_conflicts=True)
    else:
        SeenHidden.objects.filter(user_id=user.pk).delete()


def set_seen(user: AbstractBaseUser, paper_ids: Iterable[int], *, seen: bool) -> int:
    """Say that `user` has, or has not, seen these papers; return how many there are.

    Papers that are gone are left out, and all beyond the first hundred.
    """
    wanted = list(dict.fromkeys(paper_ids))[:MOST_AT_ONCE]
    there = list(Paper.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if seen:
        rows = [SeenPaper(user_id=user.pk, paper_id=pk) for pk in there]
        SeenPaper.objects.bulk_create(rows, ignore_conflicts=True)
    else:
        SeenPaper.objects.filter(user_id=user.pk, paper_id__in=there).delete()
    return len(there)


def seen_ids(user: AbstractBaseUser) -> set[int]:
    """Return which papers `user` has seen."""
    return set(SeenPaper.objects.filter(user_id=user.pk).values_list("paper_id", flat=True))
