from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from papers import marks
from papers.models import Paper
from papers.paging import LAST_PAGE, page_number
from papers.search.engine import IndexNotReady, SearchResult, Sort
from papers.search.engine import search as search_index
from papers.search.language import QueryTooLong, paper_named, parse
from papers.search.snippets import marked, snippet
from papers.search.tree import Query

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class FoundPage:
    """What `papers/_pager.html` asks of a page."""

    number: int
    total: int

    @property
    def previous_number(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next_number(self) -> int | None:
        goes_on = self.number * PAGE_SIZE < self.total and self.number < LAST_PAGE
        return self.number + 1 if goes_on else None


@dataclass(frozen=True, slots=True)
class Found:
    """A paper with its title and a passage of its abstract, the words asked for marked."""

    paper: Paper
    title: SafeString
    abstract: SafeString


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    text = " ".join(request.GET.get("q", "").split())
    try:
        query = parse(text)
    except QueryTooLong as error:
        return render(request, "papers/search.html", {"refused": str(error)}, status=400)
    if known := _paper_named(text):
        return redirect(known)
    context: dict[str, object] = {"query_text": text, "sort": _sort(request), "query": query}
    if query.is_empty:
        return render(request, "papers/search.html", context | {"notes": query.notes})
    try:
        context |= _found(request, query, _sort(request))
    except IndexNotReady as error:
        response = render(
            request, "papers/search.html", context | {"refused": str(error)}, status=503
        )
        response["Retry-After"] = "10"
        return response
    return render(request, "papers/search.html", context)


def _mark(paper: Paper, query: Query) -> Found:
    return Found(paper, marked(paper.title, query), snippet(paper.abstract, query))


def _paper_named(text: str) -> Paper | None:
    named = paper_named(text)
    if named is None:
        return None
    key = "arxiv_id" if named.scheme == "id" else "doi"
    return Paper.objects.filter(**{key: named.value}).first()


def _sort(request: HttpRequest) -> Sort:
    return "new" if request.GET.get("sort") == "new" else "relevance"


def _found(request: HttpRequest, query: Query, sort: Sort) -> dict[str, object]:
    number = page_number(request)
    result: SearchResult = search_index(
        query, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE, sort=sort
    )
    ids = [hit.paper_id for hit in result.hits]
    papers = Paper.objects.select_related("stats").in_bulk(ids)
    return {
        "results": [_mark(papers[pk], query) for pk in ids if pk in papers],
        "page": FoundPage(number, result.total),
        "total": result.total,
        "notes": result.notes,
        "first_rank": (number - 1) * PAGE_SIZE + 1,
        "marks": marks.collect(request.user, ids),
    }
