"""A reader's follow as a feed, for whoever has its secret address: no login, one follow only."""

from typing import cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import feed_keys
from accounts.follow_pages import rows_of
from accounts.models import Follow, User
from accounts.opml import opml
from papers.references import read_references
from papers.search.engine import IndexNotReady, search
from papers.search.language import parse
from papers.search.personal import personal_for
from papers.syndicate import Feed
from papers.views import feeds_out

# The address is the secret: no shared cache may keep the answer, nothing may index it.
_CACHE_CONTROL = "private, no-cache"


class FormatConverter:
    regex = "atom|json|bib"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


@require_safe
def follow_feed(request: HttpRequest, key: str, ending: str) -> HttpResponseBase:
    follow = feed_keys.find_follow(key)
    response = _gone() if follow is None else _answer(request, follow, feeds_out.FORMATS[ending])
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    if not response.has_header("Cache-Control"):
        response["Cache-Control"] = "no-store"
    return response


@never_cache
@login_required
@require_safe
def follows_opml(request: HttpRequest) -> HttpResponse:
    """The addresses are secret: the file is the reader's alone."""
    body = opml(rows_of(cast("User", request.user), now=timezone.now()))
    response = HttpResponse(body, content_type="text/x-opml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="follows.opml"'
    response["X-Robots-Tag"] = "noindex"
    return response


def _answer(request: HttpRequest, follow: Follow, form: feeds_out.Format) -> HttpResponseBase:
    query = parse(follow.query)
    try:
        result = search(query, limit=form.most, sort="new", personal=personal_for(follow.user))
    except IndexNotReady as error:
        return feeds_out.refuse_for_now(str(error))
    feed = Feed(
        name=f"follow/{follow.pk}",
        title=f"{follow.name} · {settings.SITE_NAME}",
        page=f"{settings.SITE_URL}{reverse('papers:search')}?{urlencode({'q': follow.query})}",
        address=f"{settings.SITE_URL}{request.path}",
        references=read_references([hit.paper_id for hit in result.hits]),
        notes=tuple(note.text for note in result.notes),
    )
    return feeds_out.send(request, form, feed, _CACHE_CONTROL)


def _gone() -> HttpResponseBase:
    words = _(
        "This address opens nothing. Its key was replaced, the search is no longer followed, or a "
        "part of the address was lost when it was copied."
    )
    return feeds_out.refuse(words, 404)
