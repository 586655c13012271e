"""Public lists: published, withdrawn, and found in the directory.

A list is public from the moment its owner says so until they, or an administrator, take that back;
then its page, its files and its follows end at the next request. Where the operator allows no
public lists (PUBLIC_LISTS), none is one.
"""

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from papers.links import link
from papers.shelves import Shelf
from readinglists.changing import hold
from readinglists.models import Entry, ListFollow, ReadingList

MOST_WORDS = 8
NEWEST = "newest"
MOST_FOLLOWED = "followed"
CHANGED = "changed"
ORDERS = {
    NEWEST: gettext_lazy("newest"),
    MOST_FOLLOWED: gettext_lazy("most followed"),
    CHANGED: gettext_lazy("recently changed"),
}


class CannotPublishError(ValueError):
    """The message is in words for the reader."""


def are_allowed() -> bool:
    return bool(settings.PUBLIC_LISTS)


def publish(reading_list: ReadingList) -> bool:
    """Let everybody read the list; return False where it was public already.

    Raises CannotPublishError where this site has no public lists, and ReadingList.DoesNotExist
    when the list is gone or in the bin.
    """
    if not are_allowed():
        raise CannotPublishError(_("This site has no public lists."))
    with transaction.atomic():
        private = ReadingList.objects.filter(pk=hold(reading_list.pk).pk, published_at=None)
        return bool(private.update(published_at=Now()))


def withdraw(lists: QuerySet[ReadingList]) -> int:
    """Make these lists private at once; return how many were public. Links are left as they are,
    those who follow the list as a public one are let go."""
    return lists.filter(published_at__isnull=False).update(published_at=None)


def directory(text: str = "", order: str = NEWEST) -> QuerySet[ReadingList]:
    """Return the public lists that hold all words of `text` (the first eight) in title,
    description or byline, in one of ORDERS. Each has `size`, its papers, and `followers`.

    Lists without papers are left out: there is nothing to read in them.
    """
    lists = ReadingList.objects.public().filter(Exists(Entry.objects.filter(_of_list())))
    for word in text.replace("\0", "").split()[:MOST_WORDS]:
        lists = lists.filter(
            Q(title__icontains=word) | Q(description__icontains=word) | Q(byline__icontains=word)
        )
    if order == MOST_FOLLOWED:
        return lists.annotate(followers=_followers()).order_by("-followers", "-published_at", "-pk")
    return lists.order_by("-changed_at" if order == CHANGED else "-published_at", "-pk")


def shelves_with(paper_id: int, most: int) -> list[Shelf]:
    """Return the public lists that hold the paper, the last published first. One query."""
    if not are_allowed():
        return []
    holding = Entry.objects.filter(_of_list(), paper_id=paper_id)
    lists = ReadingList.objects.public().filter(Exists(holding)).order_by("-published_at", "-pk")
    found = lists.values_list("pk", "title", "byline")[:most]
    return [
        Shelf(title, link("readinglists:public_list", pk), byline) for pk, title, byline in found
    ]


def with_numbers(lists: list[ReadingList]) -> list[ReadingList]:
    """Return the lists of a page with `size` and `followers` read. One query."""
    found = ReadingList.objects.filter(pk__in=[each.pk for each in lists])
    numbers = found.annotate(size=_size(), followers=_followers())
    by_pk = {each.pk: each for each in numbers}
    return [by_pk[each.pk] for each in lists if each.pk in by_pk]


def followers_of(reading_list: ReadingList) -> int:
    return _following().filter(reading_list=reading_list).count()


def _of_list() -> Q:
    return Q(reading_list=OuterRef("pk"))


def _following() -> QuerySet[ListFollow]:
    """Those who follow a list as a public one, since it is."""
    since = F("reading_list__published_at")
    return ListFollow.objects.filter(share_link=None, created_at__gte=since)


def _followers() -> Coalesce:
    return _counted(_following().filter(_of_list()))


def _size() -> Coalesce:
    return _counted(Entry.objects.filter(_of_list()))


def _counted(rows: QuerySet[Entry] | QuerySet[ListFollow]) -> Coalesce:
    counted = rows.order_by().values("reading_list").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())
