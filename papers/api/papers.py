"""Single papers: found by any of their names, voted for, seen, asked for."""

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.responses import Status
from pydantic import Field

from papers import requests, seen
from papers.api.access import LISTS, READ, VOTE, reader_of, user_of
from papers.api.errors import Refusal
from papers.api.fields import Asked, Number, Text
from papers.api.schemas import Paper, PaperItems, read_papers
from papers.models import Paper as PaperRow
from papers.models import PaperRequest
from papers.related import related_papers
from papers.requests import find_known
from papers.views.going_back import find_by_number
from papers.votes import TooManyVotesError, set_vote
from papers.wanted import read_wanted

router = Router(tags=["papers"])
RELATED = 8
_ABOUT_NAMES = "An arXiv id in any form, a DOI, or the address of a paper's page."
Name = Annotated[Text, Field(min_length=1, max_length=2000, description=_ABOUT_NAMES)]


class Vote(Schema):
    voted: bool
    votes: int = Field(description="The paper's votes that count.")
    held_until: datetime | None = Field(description="Until when yours is not counted.")


class Seen(Asked):
    papers: Annotated[list[Number], Field(max_length=seen.MOST_AT_ONCE)]
    seen: bool = True


class SeenCount(Schema):
    papers: int = Field(description="How many of them are here.")


class Wanted(Asked):
    name: Name


class Request(Schema):
    id: int | None
    state: str = Field(description="`waiting`, `found` or `failed`.")
    reason: str = Field(description="Why it waits or was not found, in words.")
    paper: Paper | None


@router.get("/papers/named", response=Paper, summary="A paper by any of its names")
def paper_named(request: HttpRequest, name: Name) -> dict[str, Any]:
    try:
        found = find_known(read_wanted(name).names)
    except ValueError as error:
        raise Refusal(422, str(error), where="query.name") from error
    if found is None:
        raise Http404(_("There is no paper of that name here."))
    return _one(request, found.pk)


@router.get("/papers/arxiv/{path:arxiv_id}", response=Paper, summary="A paper by its arXiv id")
def paper_by_arxiv_id(
    request: HttpRequest, arxiv_id: Annotated[Text, Field(max_length=500)]
) -> dict[str, Any]:
    """The id may bear a version or be of the old form (`math/0611800`)."""
    try:
        names = [("arxiv", read_wanted(arxiv_id).value)]
    except ValueError as error:
        raise Http404(str(error)) from error
    found = find_known(names)
    if found is None:
        raise Http404(_("There is no paper with this arXiv id here."))
    return _one(request, found.pk)


@router.get("/papers/{int:number}", response=Paper, summary="A paper by its number")
def paper_by_number(request: HttpRequest, number: Number) -> dict[str, Any]:
    """The number of a paper that was merged into another leads to that one."""
    return _one(request, find_by_number(number).pk)


@router.get("/papers/{int:number}/related", response=PaperItems, summary="Papers most like it")
def related(request: HttpRequest, number: Number) -> dict[str, Any]:
    found = related_papers(find_by_number(number).pk, limit=RELATED)
    return {"items": read_papers([paper.pk for paper in found], reader_of(request))}


@router.put("/papers/{int:number}/vote", response=Vote, auth=VOTE, summary="Vote for it")
def vote(request: HttpRequest, number: Number) -> dict[str, Any]:
    return _set_vote(request, number, voted=True)


@router.delete("/papers/{int:number}/vote", response=Vote, auth=VOTE, summary="Take a vote back")
def take_vote_back(request: HttpRequest, number: Number) -> dict[str, Any]:
    return _set_vote(request, number, voted=False)


@router.put("/papers/{int:number}/seen", response={204: None}, auth=VOTE, summary="Mark as seen")
def mark_seen(request: HttpRequest, number: Number) -> Status[None]:
    seen.set_seen(user_of(request), [find_by_number(number).pk], seen=True)
    return Status(204, None)


@router.delete(
    "/papers/{int:number}/seen", response={204: None}, auth=VOTE, summary="Mark as not seen"
)
def mark_not_seen(request: HttpRequest, number: Number) -> Status[None]:
    seen.set_seen(user_of(request), [find_by_number(number).pk], seen=False)
    return Status(204, None)


@router.post("/seen", response=SeenCount, auth=VOTE, summary="Mark many as seen, or not")
def mark_many_seen(request: HttpRequest, asked: Seen) -> dict[str, int]:
    return {"papers": seen.set_seen(user_of(request), asked.papers, seen=asked.seen)}


@router.post(
    "/requests",
    response={200: Request, 202: Request},
    auth=LISTS,
    summary="Ask for a paper that is not here",
)
def ask_for_paper(request: HttpRequest, asked: Wanted) -> Status[dict[str, Any]]:
    """200 with the paper where it is here already, 202 while it is being fetched."""
    try:
        made = requests.request_paper(user_of(request), asked.name)
    except ValueError as error:
        raise Refusal(422, str(error), where="body.name") from error
    if isinstance(made, PaperRow):
        found = {"id": None, "state": "found", "reason": "", "paper": _one(request, made.pk)}
        return Status(200, found)
    return Status(202, write_request(request, made))


@router.get("/requests/{int:pk}", response=Request, auth=READ, summary="What became of it")
def paper_request(request: HttpRequest, pk: Number) -> dict[str, Any]:
    rows = PaperRequest.objects.filter(requested_by_id=user_of(request).pk)
    return write_request(request, get_object_or_404(rows, pk=pk))


def _one(request: HttpRequest, pk: int) -> dict[str, Any]:
    written = read_papers([pk], reader_of(request))
    if not written:
        raise Http404
    return written[0]


def _set_vote(request: HttpRequest, number: int, *, voted: bool) -> dict[str, Any]:
    now = timezone.now()
    try:
        done = set_vote(user_of(request), find_by_number(number), voted=voted, now=now)
    except TooManyVotesError as error:
        seconds = max(int((error.until - now).total_seconds()), 1)
        words = _("You voted as often as is allowed within an hour.")
        raise Refusal(429, words, headers={"Retry-After": str(seconds)}) from error
    held = done.held_until.astimezone(UTC) if done.held_until else None
    return {"voted": voted, "votes": done.votes, "held_until": held}


def write_request(request: HttpRequest, row: PaperRequest) -> dict[str, Any]:
    """Return the request as `Request` has it, with the paper once it is here."""
    found = requests.paper_of(row)
    paper = _one(request, found.pk) if found else None
    return {"id": row.pk, "state": row.state, "reason": row.reason, "paper": paper}
