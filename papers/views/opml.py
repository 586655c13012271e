"""Lists of feeds out and in: OPML, as every feed reader speaks it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from papers import spoken
from papers.access import administrators_only
from papers.feed_import import MOST_FEEDS, Refused, add_feeds, sort_feeds
from papers.feeds.opml import OpmlFeed, read_opml, write_opml
from papers.feeds.parsing import parse_apart
from papers.feeds.records import FeedError
from papers.models import Source
from papers.source_forms import OpmlForm

# Of each list of what is not to be added; the new feeds are all there, to be ticked.
SHOWN = 20


@require_safe
@administrators_only
def opml_out(request: HttpRequest) -> HttpResponse:
    rows = Source.objects.filter(kind=Source.Kind.SYNDICATION).order_by("title", "key")
    feeds = [OpmlFeed(title=row.title or row.key, url=row.key) for row in rows]
    body = write_opml(feeds, title=_("Feeds of %s") % request.get_host())
    response = HttpResponse(body, content_type="text/x-opml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="feeds.opml"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def opml_in(request: HttpRequest) -> HttpResponse:
    """The form for a file; a file that was sent is shown sorted, and nothing is stored yet."""
    if request.method != "POST":
        return render(request, "papers/sources/import.html", {"form": OpmlForm()})
    form = OpmlForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "papers/sources/import.html", {"form": form}, status=422)
    try:
        listed = parse_apart(read_opml, form.cleaned_data["file"])
    except FeedError as error:
        form.add_error("file", str(error))
        return render(request, "papers/sources/import.html", {"form": form}, status=422)
    found = sort_feeds((feed.url, feed.title) for feed in listed.feeds)
    left_out = [*found.refused, *(Refused("", spoken.marked(words)) for words in listed.problems)]
    context = {
        "new": found.new,
        "known": found.known[:SHOWN],
        "known_more": max(len(found.known) - SHOWN, 0),
        "known_count": len(found.known),
        "left_out": left_out[:SHOWN],
        "left_out_more": max(len(left_out) - SHOWN, 0),
    }
    return render(request, "papers/sources/import_preview.html", context)


@require_POST
@administrators_only
def add_feeds_of_opml(request: HttpRequest) -> HttpResponse:
    count = add_feeds(_chosen(request.POST))
    words = ngettext("Added %d feed.", "Added %d feeds. They are read within minutes.", count)
    messages.success(request, words % count)
    return redirect("papers:sources")


def _chosen(data: QueryDict) -> list[tuple[str, str]]:
    """The boxes ticked on the preview; a box's value is an address, a space, a title."""
    chosen = (value.partition(" ") for value in data.getlist("feed")[:MOST_FEEDS])
    return [(address, title) for address, _space, title in chosen]
