"""A category's newest papers and the trending lists as feeds, for anybody."""

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from papers.listings import newest_in_category
from papers.models import Category
from papers.references import read_references
from papers.syndicate import Feed
from papers.trending.pages import page_of
from papers.views import feeds_out
from papers.windows import TrendingList

# The busiest categories announce some 400 papers a day.
MOST_OF_A_DAY = 500


@require_safe
def category_feed(request: HttpRequest, category: str, ending: str) -> HttpResponseBase:
    """All papers of the category's newest day, and those before up to 50."""

    def make() -> Feed:
        _check(category)
        name = _("New in %s") % category
        ids = newest_in_category(category, fewest=feeds_out.MOST_IN_A_FEED, most=MOST_OF_A_DAY)
        return Feed(
            name=f"new/{category}",
            title=f"{name} · {settings.SITE_NAME}",
            page=f"{settings.SITE_URL}{reverse('papers:new_in_category', args=[category])}",
            address=f"{settings.SITE_URL}{request.path}",
            references=read_references(ids),
        )

    return feeds_out.send_kept(request, feeds_out.FEEDS[ending], make)


@require_safe
def trending_feed(
    request: HttpRequest, ranking: TrendingList, ending: str, category: str = ""
) -> HttpResponseBase:
    """The first 50 of a trending list in its order, of all papers or of a category."""
    places = [ranking.value, category] if category else [ranking.value]
    address = reverse("papers:trending_in" if category else "papers:trending", args=places)

    def make() -> Feed:
        if category:
            _check(category)
        page = page_of(ranking, [category], number=1, size=feeds_out.MOST_IN_A_FEED)
        return Feed(
            name="/".join(["trending", *places]),
            title=" · ".join(filter(None, (str(ranking.label), category, settings.SITE_NAME))),
            page=f"{settings.SITE_URL}{address}",
            address=f"{settings.SITE_URL}{request.path}",
            references=read_references([paper.pk for paper in page.items]),
        )

    return feeds_out.send_kept(request, feeds_out.FEEDS[ending], make, is_dated=False)


def _check(category: str) -> None:
    if not Category.objects.filter(code=category).exists():
        raise Http404(_("No paper here belongs to a category “%s”.") % category)
