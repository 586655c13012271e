"""The search page. Its whole state is the text of the query; each link on it is another text."""

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from papers import marks, seen, takings
from papers.htmx import HtmxHttpRequest
from papers.links import link
from papers.models import Paper, PaperIdentifier
from papers.paging import LAST_PAGE, page_number
from papers.search.correct import did_you_mean
from papers.search.engine import DateCursor, IndexNotReady, SearchResult
from papers.search.engine import search as search_index
from papers.search.language import QueryTooLong, parse
from papers.search.narrow import beginning, unseen
from papers.search.pasted import paper_named
from papers.search.personal import Personal, personal_for
from papers.search.snippets import marked, snippet
from papers.search.tree import Note, Query
from papers.views import refine
from papers.views.search_help import first_examples

PAGE_SIZE = 20
FEW = 10


@dataclass(frozen=True, slots=True)
class Found:
    """A paper with its title and a passage of its abstract, the words asked for marked."""

    paper: Paper
    title: SafeString
    abstract: SafeString


@dataclass(frozen=True, slots=True)
class Segment:
    text: str
    is_marked: bool


@require_safe
@vary_on_headers("HX-Request")
def search(request: HtmxHttpRequest) -> HttpResponse:
    text = " ".join(request.GET.get("q", "").split())
    context: dict[str, object] = {"query_text": text}
    try:
        query = parse(text)
    except QueryTooLong as error:
        return _show(request, context | {"refused": str(error)}, status=400)
    named = paper_named(text)
    paper = _named(text) if named else None
    if paper and not _is_typing(request):
        return redirect(paper)
    context |= {"query": query, "named": paper, "unknown_paper": None if paper else named}
    context |= {"notes": query.notes, "segments": segments(text, query.notes)}
    if query.is_empty:
        return _show(request, context | {"examples": first_examples()})
    try:
        return _show(request, context | _found(request, query, text))
    except IndexNotReady as error:
        response = _show(request, context | {"refused": str(error)}, status=503)
        response["Retry-After"] = "10"
        return response


def segments(text: str, notes: tuple[Note, ...]) -> list[Segment]:
    """`text` cut where a note begins or ends; what notes are about is marked."""
    places = sorted({0, len(text), *(at for note in notes for at in (note.start, note.end))})
    cut = [
        Segment(text[start:end], any(n.start <= start and end <= n.end for n in notes))
        for start, end in pairwise(places)
    ]
    return cut if any(segment.is_marked for segment in cut) else []


def _is_typing(request: HtmxHttpRequest) -> bool:
    """Only the results are asked for; a page restored from the history is asked for whole."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def _show(
    request: HtmxHttpRequest, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    if _is_typing(request):
        # What htmx is to show has to be a success.
        return render(request, "papers/_search_answer.html", context | {"is_typing": True})
    return render(request, "papers/search.html", context, status=status)


def _named(text: str) -> Paper | None:
    named = paper_named(text)
    if named is None:
        return None
    if named.scheme == "id":
        return Paper.objects.filter(arxiv_id=named.value).first()
    doi = PaperIdentifier.Scheme.DOI
    return Paper.objects.filter(identifiers__scheme=doi, identifiers__value=named.value).first()


def _ask(
    query: Query,
    *,
    number: int,
    after: DateCursor | None,
    personal: Personal,
    choice: seen.SeenChoice,
) -> SearchResult:
    return search_index(
        unseen(query) if choice.hides else query,
        limit=PAGE_SIZE,
        offset=0 if after else (number - 1) * PAGE_SIZE,
        after=after,
        personal=personal,
        facets=True,
    )


def _found(request: HtmxHttpRequest, query: Query, text: str) -> dict[str, object]:
    number = page_number(request)
    personal = personal_for(request.user)
    choice = seen.choice_of(request.user)
    after, damage = _cursor(request)
    ask = partial(_ask, number=number, after=after, personal=personal, choice=choice)
    result = ask(query)
    # The last word is only half typed, most likely, where hardly any paper holds it.
    if _is_typing(request) and result.total < FEW and (begun := beginning(query, text)):
        result = max(result, ask(begun), key=lambda found: found.total)
    ids = [hit.paper_id for hit in result.hits]
    papers = Paper.objects.for_snippets().in_bulk(ids)
    near = {hit.paper_id for hit in result.hits if hit.is_near}
    here = [papers[pk] for pk in ids if pk in papers]
    notes = (*result.notes, *damage)
    return {
        "results": [_mark(paper, query) for paper in here if paper.pk not in near],
        "near_results": [_mark(paper, query) for paper in here if paper.pk in near],
        "result": result,
        "takings": _takings(text),
        "notes": notes,
        "segments": segments(text, notes),
        # Where a page goes on after a paper, nobody counted those before it.
        "first_rank": None if after else (number - 1) * PAGE_SIZE + 1,
        "is_later_page": number > 1 or after is not None,
        "next_page": _next_page(query, result, number),
        "previous_page": refine.address(query, page=number - 1) if number > 1 else "",
        "sorts": refine.sort_links(query, result.sort),
        "windows": refine.window_links(query),
        "groups": refine.facet_groups(query, result.facets) if result.facets else [],
        "meant": _meant(query, personal) if not result.total else None,
        "marks": marks.collect(request.user, ids),
        "seen": choice,
        "papers_here": here,
    }


def _takings(text: str) -> takings.Takings:
    """The newest papers that match, however the page is sorted."""
    asked = urlencode({"q": text})
    as_file = takings.files(lambda ending: f"{link('papers:search_file', ending)}?{asked}")
    as_feed = takings.feeds(lambda ending: f"{link(f'papers:search_{ending}')}?{asked}")
    return [*as_file, *as_feed]


def _meant(query: Query, personal: Personal) -> refine.Link | None:
    meant = did_you_mean(query, personal=personal)
    if meant is None or not refine.can_be_asked(meant):
        return None
    return refine.Link(str(meant), refine.address(meant))


def _mark(paper: Paper, query: Query) -> Found:
    return Found(paper, marked(paper.title, query), snippet(paper.abstract, query))


def _cursor(request: HttpRequest) -> tuple[DateCursor | None, tuple[Note, ...]]:
    token = request.GET.get("after", "")
    try:
        return (DateCursor.from_token(token) if token else None), ()
    except ValueError as error:
        return None, (Note(str(error)),)


def _next_page(query: Query, result: SearchResult, number: int) -> str:
    if result.next:
        return refine.address(query, after=result.next)
    reached = number * PAGE_SIZE
    goes_on = result.sort != "new" and reached < result.total + result.near
    return refine.address(query, page=number + 1) if goes_on and number < LAST_PAGE else ""
