"""All lists of a reader on one page: their own, those others share with them, those archived."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, QuerySet

from readinglists.access import memberships_of
from readinglists.models import Entry, Member, ReadingList, ReadingState, ShareLink
from readinglists.states import Progress, State

PAGE_SIZE = 50
# Folded, on the first page.
MOST_ARCHIVED = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, how far its reader is with it, and whether others see it: by link or as members."""

    reading_list: ReadingList
    progress: Progress
    is_shared: bool = False
    member: Member | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """`mine` is one page of them; `page` tells of the others."""

    page: Page[ReadingList]
    mine: list[Listed]
    archived: list[Listed]
    shared_with_me: list[Listed]


def overview(reader: AbstractBaseUser, number: str | int | None) -> Overview:
    """Return the reader's lists, the default one first, then the last changed. Six queries,
    however many lists; archived ones and those of others on the first page only."""
    own = _with_marks(ReadingList.objects.of(reader)).order_by("-is_default", "-changed_at", "-pk")
    page = Paginator(own.filter(archived_at=None), PAGE_SIZE).get_page(number)
    is_first = page.number == 1
    archived = list(own.exclude(archived_at=None)[:MOST_ARCHIVED]) if is_first else []
    members = memberships_of(reader) if is_first else []
    lists = [*page, *archived, *(member.reading_list for member in members)]
    counts = _progress(reader, [each.pk for each in lists])
    return Overview(
        page=page,
        mine=[_listed(each, counts) for each in page],
        archived=[_listed(each, counts) for each in archived],
        shared_with_me=[
            Listed(member.reading_list, counts[member.reading_list_id], member=member)
            for member in members
        ],
    )


def _with_marks(lists: QuerySet[ReadingList]) -> QuerySet[ReadingList]:
    here = OuterRef("pk")
    return lists.annotate(
        is_linked=Exists(ShareLink.objects.open().filter(reading_list=here)),
        has_members=Exists(Member.objects.holding().filter(reading_list=here)),
    )


def _listed(reading_list: ReadingList, counts: dict[int, Progress]) -> Listed:
    is_shared = getattr(reading_list, "is_linked", False) or getattr(
        reading_list, "has_members", False
    )
    return Listed(reading_list, counts[reading_list.pk], is_shared=is_shared)


def _progress(reader: AbstractBaseUser, list_ids: Iterable[int]) -> dict[int, Progress]:
    ids = list(list_ids)
    entries = Entry.objects.filter(reading_list__in=ids).order_by()
    sizes = dict(entries.values_list("reading_list").annotate(n=Count("pk")))
    marked = ReadingState.objects.filter(
        user_id=reader.pk, state=State.READ, paper__entries__reading_list__in=ids
    )
    by_list = marked.order_by().values_list("paper__entries__reading_list")
    read = dict(by_list.annotate(n=Count("pk")))
    return {pk: Progress(sizes.get(pk, 0), read=read.get(pk, 0)) for pk in ids}
