"""Many papers or entries of a list at once: each time one change, which can be undone as one."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from papers.api.access import LISTS, user_of
from papers.api.errors import Refusal
from papers.api.fields import Asked, Number
from papers.merging import merged_into
from papers.models import Paper
from readinglists import entries, states
from readinglists.access import Rank, open_list
from readinglists.api.entries import gap_of, read_tags_of
from readinglists.api.schemas import EntryIds, Spot, StateName, Tags
from readinglists.models import ListChange, ReadingList

router = Router(tags=["lists"])
# As many as a body of the largest size that is allowed can name, with room to spare.
MOST = 1000
Papers = Annotated[list[Number], Field(min_length=1, max_length=MOST, description="Numbers.")]
SomeTags = Annotated[Tags, Field(min_length=1)]


class Changed(Schema):
    changed: int = Field(description="How many it changed; the others were so already.")
    change: int | None = Field(description="Its number in the history, by which it is undone.")


class NewEntries(Asked):
    papers: Papers
    tags: Tags = []


class Chosen(Asked):
    entries: EntryIds


class Tagging(Chosen):
    tags: SomeTags


class Moving(Chosen):
    """With neither they go on top."""

    before: Spot | None = None
    after: Spot | None = None


class Marking(Asked):
    papers: Papers
    state: StateName


class MarkedCount(Schema):
    papers: int = Field(description="How many were marked.")


@router.post(
    "/lists/{int:pk}/entries/many", response=Changed, auth=LISTS, summary="Add many papers"
)
def add_many(request: HttpRequest, pk: Number, asked: NewEntries) -> dict[str, Any]:
    """At the end, in this order; those that stand there stay as they are. If one of them is not
    on this site, none is added."""
    reading_list, tags = _to_edit(request, pk), tuple(read_tags_of(asked.tags))
    news = [entries.NewEntry(paper, tags=tags) for paper in _known(asked.papers)]
    return _written(entries.add_many(reading_list, news, by=user_of(request)))


@router.post(
    "/lists/{int:pk}/entries/remove", response=Changed, auth=LISTS, summary="Take many out"
)
def remove_many(request: HttpRequest, pk: Number, asked: Chosen) -> dict[str, Any]:
    reading_list = _to_edit(request, pk)
    return _written(entries.remove_many(reading_list, asked.entries, by=user_of(request)))


@router.post("/lists/{int:pk}/entries/tag", response=Changed, auth=LISTS, summary="Tag many")
def tag_many(request: HttpRequest, pk: Number, asked: Tagging) -> dict[str, Any]:
    """Beside the tags they have. One that would have more than 20 stays as it is."""
    reading_list, tags = _to_edit(request, pk), read_tags_of(asked.tags)
    if not tags:
        raise Refusal(422, _("Write the tags that they are to get."), where="body.tags")
    return _written(entries.tag_many(reading_list, asked.entries, tags, by=user_of(request)))


@router.post("/lists/{int:pk}/entries/move", response=Changed, auth=LISTS, summary="Move many")
def move_many(request: HttpRequest, pk: Number, asked: Moving) -> dict[str, Any]:
    """Just before or after an entry or a heading of the list, in the order in which they stand."""
    reading_list, gap = _to_edit(request, pk), gap_of(asked.before, asked.after)
    return _written(entries.move_many(reading_list, asked.entries, gap, by=user_of(request)))


@router.post(
    "/states", response=MarkedCount, auth=LISTS, summary="How far you are with many papers"
)
def mark_many(request: HttpRequest, asked: Marking) -> dict[str, int]:
    """Yours alone, and the same in every list. If one is not on this site, none is marked."""
    papers = _known(asked.papers)
    return {"papers": states.set_state(user_of(request), papers, states.State(asked.state))}


def _to_edit(request: HttpRequest, pk: int) -> ReadingList:
    return open_list(user_of(request), pk, Rank.EDIT).reading_list


def _known(numbers: list[int]) -> list[int]:
    """Return the papers' own numbers, in order. Raises Refusal where one is not here."""
    into = merged_into(numbers)
    wanted = list(dict.fromkeys(into.get(number, number) for number in numbers))
    there = set(Paper.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    absent = [number for number in wanted if number not in there]
    if absent:
        words = _("There is no paper of this number here: %s.")
        raise Refusal(422, words % ", ".join(map(str, absent[:10])), where="body.papers")
    return wanted


def _written(change: ListChange | None) -> dict[str, Any]:
    if change is None:
        return {"changed": 0, "change": None}
    return {"changed": len(change.rows), "change": change.pk}
