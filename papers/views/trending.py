from dataclasses import dataclass
from datetime import UTC, date
from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from papers import kept, marks, seen, takings
from papers.days import read_month
from papers.links import link
from papers.listings import busiest, newest_day
from papers.models import Category, Paper
from papers.own_categories import own_categories
from papers.paging import Page, page_number
from papers.trending import archive
from papers.trending.pages import page_of
from papers.trending.reasons import reasons_of
from papers.windows import TrendingList, Window

PAGE_SIZE = 20
MINE = "mine"


@dataclass(frozen=True, slots=True)
class NewestDays:
    """When papers came last, and the last past day whose lists are kept; None: never one."""

    announced_on: date | None
    past: date | None

    @classmethod
    def before(cls, today: date) -> Self:
        return cls(Paper.objects.newest_announcement_day(), archive.newest_day(before=today))


@require_safe
@kept.for_visitors
def trending(
    request: HttpRequest, ranking: TrendingList = TrendingList.NOW, category: str = ""
) -> HttpResponse:
    """A trending list: of all papers, of a category, or (`mine`) of the reader's categories."""
    categories = _categories(request.user, category)
    choice = seen.choice_of(request.user)
    page = _page(request, ranking, categories, choice)
    today = _today()
    context = {
        "section": "trending",
        "ranking": ranking,
        "rankings": list(TrendingList),
        "category": category,
        "categories": categories,
        "is_mine": category == MINE,
        "days": kept.value("newest-days", today, make=lambda: NewestDays.before(today)),
        "by_category": kept.part(
            "by-category",
            *(ranking, category, choice.is_reader),
            make=lambda: _by_category(ranking, category, choice),
        ),
        "page": page,
        "reasons": reasons_of(page.items, ranking, today=today),
        "marks": marks.collect(request.user, [paper.pk for paper in page.items]),
        "seen": choice,
        "takings": _takings(ranking, category),
    }
    return render(request, "papers/trending.html", context)


@require_safe
@kept.for_visitors
def past_trending(request: HttpRequest, day: date, window: Window = Window.TODAY) -> HttpResponse:
    """What gained most on a past day, or in the week or month that ended with it."""
    choice = seen.choice_of(request.user)
    if day == _today():
        return redirect("papers:trending", window.value)
    try:
        if day > _today():
            raise archive.NoSuchDayError(None, None)
        past = archive.read_day(day, window, without=choice.hidden)
    except archive.NoSuchDayError as error:
        raise Http404(_why_not(day, error)) from error
    context = {
        "section": "front",
        "past": past,
        "day_picker": _day_picker(day),
        "window": window,
        "windows": list(Window),
        "reasons": past.reasons,
        "marks": marks.collect(request.user, [paper.pk for paper in past.papers]),
        "seen": choice,
    }
    return render(request, "papers/past_trending.html", context)


@require_safe
def no_such_list(request: HttpRequest, text: str, day: date | None = None) -> HttpResponse:
    """For what is neither a list nor a day, or no window of one; the page says what there is."""
    if day is not None:
        raise Http404(_("Of a past day there are its papers, and those of its week and month."))
    names = ", ".join(str(ranking.value) for ranking in TrendingList)
    raise Http404(
        _("“%(text)s” is neither a day, as 2026-03-04 is, nor one of the lists: %(names)s.")
        % {"text": text, "names": names}
    )


def _categories(user: AbstractBaseUser | AnonymousUser, category: str) -> list[str]:
    if category == MINE:
        return own_categories(user)
    if category and not Category.objects.filter(code=category).exists():
        raise Http404(_("No paper here belongs to a category “%s”.") % category)
    return [category]


def _takings(ranking: TrendingList, category: str) -> takings.Takings:
    """A feed is the same for all: there is none of a reader's own categories."""
    if category == MINE:
        return []
    places = (
        ("trending_feed_in", ranking.value, category)
        if category
        else ("trending_feed", ranking.value)
    )
    return takings.feeds(lambda ending: link(f"papers:{places[0]}", *places[1:], ending))


def _page(
    request: HttpRequest, ranking: TrendingList, categories: list[str], choice: seen.SeenChoice
) -> Page[Paper]:
    number = page_number(request)
    if not categories:
        return Page(items=[], number=number, size=PAGE_SIZE, has_next=False)
    return page_of(ranking, categories, number=number, size=PAGE_SIZE, without=choice.hidden)


def _by_category(ranking: TrendingList, category: str, choice: seen.SeenChoice) -> SafeString:
    """The same list of each category, for the margin."""
    day = newest_day()
    context = {
        "counts": busiest(day) if day else [],
        "counts_day": day,
        "ranking": ranking,
        "category": category,
        "is_mine": category == MINE,
        "is_reader": choice.is_reader,
        "is_list": True,
    }
    return render_to_string("papers/_by_category.html", context)


def _day_picker(day: date) -> SafeString:
    first, today = day.replace(day=1), _today()
    return kept.part(
        "day-picker",
        *(first, today),
        make=lambda: render_to_string(
            "papers/_day_picker.html", {"month": read_month(first, today=today)}
        ),
    )


def _why_not(day: date, error: archive.NoSuchDayError) -> str:
    shown = date_format(day, "j F Y")
    if day > _today():
        return _("%s has not come yet.") % shown
    if error.first is None or error.last is None:
        return _("No past day is kept here yet: the first is made after midnight UTC.")
    return _("Nothing is kept of %(day)s: past days here go from %(first)s to %(last)s.") % {
        "day": shown,
        "first": date_format(error.first, "j F Y"),
        "last": date_format(error.last, "j F Y"),
    }


def _today() -> date:
    return timezone.now().astimezone(UTC).date()
