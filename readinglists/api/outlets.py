"""A list taken away as a file, papers that would suit it, and leaving one of somebody else's."""

from typing import Any, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.responses import Status
from pydantic import Field

from papers import formats
from papers.api.access import LISTS, READ, reader_of, user_of
from papers.api.errors import Refusal
from papers.api.fields import Number
from papers.api.schemas import Paper, read_papers
from papers.related import propose
from readinglists import list_files, members
from readinglists.access import open_list
from readinglists.places import own_outlet

router = Router(tags=["lists"])
PROPOSED = 30
Ending = Literal["bib", "ris", "csl.json", "csv", "md", "txt"]
_TYPES = {
    form.content_type: {"schema": {} if "json" in form.content_type else {"type": "string"}}
    for form in formats.FORMATS.values()
}
_FILE = {"responses": {200: {"description": "The file.", "content": _TYPES}}}


class Proposed(Schema):
    paper: Paper
    because_of: int | None = Field(description="The list's paper that it is most like.")


class ProposedItems(Schema):
    items: list[Proposed]


@router.get(
    "/lists/{int:pk}/papers.{ending}", auth=READ, openapi_extra=_FILE, summary="A list as a file"
)
def file(request: HttpRequest, pk: Number, ending: Ending) -> HttpResponseBase:
    """All of it in its order, with notes, tags and headings where the format has a place for them.
    A title of a paper that changes is told the day after at the latest."""
    reading_list = open_list(user_of(request), pk).reading_list
    outlet = own_outlet(reading_list)
    return list_files.answer(request, reading_list, ending, outlet, now=timezone.now())


@router.get("/lists/{int:pk}/more", response=ProposedItems, auth=READ, summary="More like a list")
def more(request: HttpRequest, pk: Number) -> dict[str, Any]:
    """At most 30 papers that are not in it, those that would suit it best first."""
    entries = open_list(user_of(request), pk).reading_list.entries.order_by("-pk")
    found = propose(list(entries.values_list("paper_id", flat=True)), limit=PROPOSED)
    because = {each.paper.pk: each.because_of for each in found}
    papers = read_papers(list(because), reader_of(request))
    items = [(paper, because[paper["number"]]) for paper in papers]
    return {"items": [{"paper": p, "because_of": of.pk if of else None} for p, of in items]}


@router.delete(
    "/lists/{int:pk}/membership", response={204: None}, auth=LISTS, summary="Leave a list"
)
def leave(request: HttpRequest, pk: Number) -> Status[None]:
    """One of somebody else's in which you take part. What you added stays there."""
    access = open_list(user_of(request), pk)
    if access.is_owner:
        raise Refusal(422, _("Give the list to somebody else first, or delete it."))
    members.leave(access.reading_list, user_of(request))
    return Status(204, None)
