"""The page and the feeds of the authors of one name."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from papers import authors, kept, marks, seen, takings
from papers.links import author_link, link
from papers.models import Paper
from papers.references import read_references
from papers.search.cursor import DateCursor
from papers.search.engine import IndexNotReady, SearchResult, search
from papers.search.narrow import unseen
from papers.search.personal import personal_for
from papers.search.tree import Query
from papers.syndicate import Feed
from papers.views import feeds_out

PAGE_SIZE = 20
_RETRY_SECONDS = 10


@require_safe
@kept.for_visitors
def author(request: HttpRequest, author: str) -> HttpResponse:
    """What is known of them, and their papers by day; later pages are the papers alone."""
    address = author_link(author)
    if not address:
        raise Http404(_not_here(author))
    if author != " ".join(author.split()):
        return redirect(address)
    try:
        return _show(request, author)
    except IndexNotReady as error:
        context = {"name": author, "refused": str(error)}
        response = render(request, "papers/author.html", context, status=503)
        response["Retry-After"] = str(_RETRY_SECONDS)
        return response


@require_safe
def author_feed(request: HttpRequest, author: str, ending: str) -> HttpResponseBase:
    """The newest fifty."""

    def make() -> Feed:
        found = search(_query(author), limit=feeds_out.MOST_IN_A_FEED, sort="new")
        if not found.total:
            raise Http404(_not_here(author))
        path = author_link(author)
        return Feed(
            name=path.strip("/"),
            title=f"{author} · {settings.SITE_NAME}",
            page=f"{settings.SITE_URL}{path}",
            address=f"{settings.SITE_URL}{path}feed.{ending}",
            references=read_references([hit.paper_id for hit in found.hits]),
        )

    try:
        return feeds_out.send_kept(request, feeds_out.FEEDS[ending], make)
    except IndexNotReady as error:
        return feeds_out.refuse_for_now(str(error))


def _show(request: HttpRequest, name: str) -> HttpResponse:
    after = _cursor(request)
    query = _query(name)
    known = None if after else authors.describe(name, today=timezone.now().date())
    choice = seen.choice_of(request.user)
    if known is not None and not known.papers:
        raise Http404(_not_here(name))
    found = _page(request, query, after, choice)
    ids = [hit.paper_id for hit in found.hits]
    papers = Paper.objects.for_cards().in_bulk(ids)
    context: dict[str, object] = {
        "name": name,
        "asked": authors.asked_for(name),
        "known": known,
        "papers_here": [papers[pk] for pk in ids if pk in papers],
        "next": found.next,
        "marks": marks.collect(request.user, ids),
        "seen": choice,
        "takings": takings.feeds(lambda ending: link("papers:author_feed", name, ending)),
    }
    return render(request, "papers/author.html", context)


def _page(
    request: HttpRequest, query: Query, after: DateCursor | None, choice: seen.SeenChoice
) -> SearchResult:
    return search(
        unseen(query) if choice.hides else query,
        limit=PAGE_SIZE,
        after=after,
        sort="new",
        personal=personal_for(request.user),
    )


def _query(name: str) -> Query:
    query = authors.query_of(name)
    if query.is_empty:
        raise Http404(_not_here(name))
    return query


def _cursor(request: HttpRequest) -> DateCursor | None:
    """A page that never was is the first one."""
    try:
        return DateCursor.from_token(request.GET.get("after", ""))
    except ValueError:
        return None


def _not_here(name: str) -> str:
    return _("No paper here names an author “%s”.") % name
