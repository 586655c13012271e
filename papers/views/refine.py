"""The links beside a search: narrower by a facet, another order, another span of days."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from papers.links import link
from papers.search.dates import parse_days
from papers.search.engine import FacetCount, Facets, Sort, sort_of
from papers.search.language import LONGEST_QUERY_CHARACTERS
from papers.search.narrow import days_of, ordered, parts_of, toggled, within
from papers.search.tree import FromSource, Has, InCategory, LastDays, Node, Query

MOST_SHOWN = 8

NodeOf = Callable[[str], tuple[Node, str]]


@dataclass(frozen=True, slots=True)
class Link:
    """`count` is None where none is told; `is_on`: the search is so already."""

    label: str
    url: str
    is_on: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    links: tuple[Link, ...]


def address(query: Query, **more: str | int) -> str:
    return f"{link('papers:search')}?{urlencode({'q': str(query), **more})}"


def can_be_asked(query: Query) -> bool:
    """Whether its text is not too long to be read back."""
    return len(str(query)) <= LONGEST_QUERY_CHARACTERS


def sort_links(query: Query, sort: Sort) -> list[Link]:
    """`sort` is the order shown; that which is taken without being asked for is not written."""
    usual = sort_of(ordered(query, None))
    labels: dict[Sort, str] = {
        "relevance": _("Best match"),
        "new": _("Newest"),
        "trending": _("Trending"),
        "votes": _("Votes"),
        "stars": _("Stars"),
        "citations": _("Citations"),
    }
    return [
        Link(label, address(ordered(query, each if each != usual else None)), each == sort)
        for each, label in labels.items()
    ]


def window_links(query: Query) -> list[Link]:
    named = days_of(query)
    spans = {0: _("Any time"), 1: _("Today"), 7: _("7 days"), 30: _("30 days"), 365: _("A year")}
    links = []
    for days, label in spans.items():
        wanted = LastDays(days) if days else None
        links.append(Link(label, address(within(query, wanted)), is_on=named == wanted))
    return links


def facet_groups(query: Query, facets: Facets) -> list[Group]:
    """Each facet that tells papers apart, and those the search names already."""
    groups = [
        Group(_("Category"), tuple(_links(query, facets.categories, _category))),
        Group(_("Year"), tuple(_day_links(query, facets.years))),
        Group(_("Month"), tuple(_day_links(query, facets.months))),
        Group(_("With"), tuple(_links(query, facets.code, _thing))),
        Group(_("Source"), tuple(_links(query, facets.sources, _source))),
    ]
    return [group for group in groups if group.links]


def _links(query: Query, counts: Iterable[FacetCount], node_of: NodeOf) -> Iterator[Link]:
    parts = parts_of(query)
    for place, each in enumerate(counts):
        node, label = node_of(each.value)
        is_on = node in parts
        if (place < MOST_SHOWN or is_on) and can_be_asked(toggled(query, node)):
            yield Link(label, address(toggled(query, node)), is_on, each.count)


def _day_links(query: Query, counts: Iterable[FacetCount]) -> Iterator[Link]:
    named = days_of(query)
    for each in list(counts)[:MOST_SHOWN]:
        days, _remark = parse_days(each.value, today=timezone.now().date())
        is_on = days == named
        wanted = within(query, None if is_on else days)
        if not can_be_asked(wanted):
            continue
        url = address(wanted)
        yield Link(_month(each.value), url, is_on, each.count)


def _month(value: str) -> str:
    year, _dash, month = value.partition("-")
    return f"{MONTHS[int(month)]} {year}" if month else year


def _category(value: str) -> tuple[Node, str]:
    return InCategory(value), value


def _thing(value: str) -> tuple[Node, str]:
    return Has("code"), _("code")


def _source(value: str) -> tuple[Node, str]:
    return FromSource(value), value
