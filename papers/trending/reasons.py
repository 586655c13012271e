"""Why a paper is where it is, in a few words: what it gained, and since when."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from papers.models import Paper, WindowGain
from papers.models.trending import Gained
from papers.numerals import grouped
from papers.windows import TrendingList, Window

# By which window's gains a list is explained, the first that has any.
_SHOWN: dict[TrendingList, tuple[Window, ...]] = {
    TrendingList.NOW: (Window.TODAY, Window.WEEK),
    TrendingList.RISING: (Window.TODAY,),
    TrendingList.TODAY: (Window.TODAY,),
    TrendingList.WEEK: (Window.WEEK,),
    TrendingList.MONTH: (Window.MONTH,),
    TrendingList.ALL: (Window.WEEK, Window.MONTH),
}
_WEEKDAY_FOR_DAYS = 7


def reasons_of(papers: Sequence[Paper], ranking: TrendingList, *, today: date) -> dict[int, str]:
    """Return by paper id what each gained, e.g. "+41 stars and 18 votes since Tuesday".

    Papers that gained nothing lately are not in it. One query.
    """
    spans = _SHOWN[ranking]
    rows = WindowGain.objects.filter(paper__in=[paper.pk for paper in papers], span__in=spans)
    gains = {(row.paper_id, row.span): row for row in rows}
    reasons = {}
    for paper in papers:
        gained = next((gains[paper.pk, s] for s in spans if (paper.pk, s) in gains), None)
        if gained is not None:
            since = _since(gained.since, paper)
            reasons[paper.pk] = in_words(gained, since=since, today=today)
    return reasons


def in_words(gained: Gained, *, since: date, today: date) -> str:
    """Return what was gained from `since` on as words."""
    words = {"gained": count_in_words(gained), "day": _day(since, today)}
    return (
        _("%(gained)s today") % words if since == today else _("%(gained)s since %(day)s") % words
    )


def count_in_words(gained: Gained) -> str:
    """Return the gains as words, the largest first: "+41 stars and 18 votes"."""
    parts = [
        (gained.stars, ngettext("%s star", "%s stars", gained.stars)),
        (gained.upvotes, ngettext("%s upvote", "%s upvotes", gained.upvotes)),
        (gained.votes, ngettext("%s vote", "%s votes", gained.votes)),
        (gained.saves, ngettext("%s save", "%s saves", gained.saves)),
        (gained.citations, ngettext("%s citation", "%s citations", gained.citations)),
    ]
    parts.sort(key=lambda part: -part[0])
    return "+" + get_text_list(
        [words % grouped(number) for number, words in parts if number], _("and")
    )


def _since(first_day: date, paper: Paper) -> date:
    """Nobody could like it before it was there."""
    return max(first_day, paper.announced_on) if paper.announced_on else first_day


def _day(day: date, today: date) -> str:
    age = (today - day).days
    if age == 1:
        return _("yesterday")
    return date_format(day, "l" if age < _WEEKDAY_FOR_DAYS else "j F")
