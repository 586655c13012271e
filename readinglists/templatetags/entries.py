"""Entries and headings of a list in templates: a page of them by one tag, since a tag for each took
longer than what they show."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from papers.cards import render_card
from papers.templatetags.cards import onlooker_of
from readinglists.entry_tools import (
    Tools,
    render_entry,
    render_heading,
    render_sections,
    render_tags,
)
from readinglists.list_view import ListView
from readinglists.models import Heading
from readinglists.outline import SectionHead
from readinglists.pages import ListPage

register = template.Library()


@register.simple_tag(takes_context=True)
def entries_of_page(context: Context, page: ListPage, tools: Tools) -> SafeString:
    """The cards of the page with their tools, below their headings, without what is hidden.

    The view's `states` say what the reader noted, `marks` and `seen` what is hidden.
    """
    return SafeString("".join(_cards(context, page, tools)))


def _cards(context: Context, page: ListPage, tools: Tools) -> Iterator[SafeString]:
    states, onlooker = context["states"], onlooker_of(context)
    hidden = context["marks"].seen if context["seen"].hides else ()
    for row in page.rows:
        for head in row.headings:
            yield render_heading(head, tools)
        paper = row.entry.paper
        if paper.pk not in hidden:
            yield render_card(paper, onlooker, end=render_entry(row, states.get(paper.pk), tools))
    for head in page.trailing:
        yield render_heading(head, tools)


@register.simple_tag(takes_context=True)
def list_filter(context: Context) -> SafeString:
    """The form that searches, filters and sorts the view's `reading_list`, with `tags`."""
    sections = tuple(context["page"].sections)
    address, tags = context["reading_list"].get_absolute_url(), tuple(context["tags"])
    may_tick = context["tools"].may_tick
    return _kept_filter(address, context["view"], tags, sections, may_tick, get_language())


# The same at each visit, and a tenth of the page's time.
@lru_cache(256)
def _kept_filter(
    address: str,
    view: ListView,
    tags: tuple[str, ...],
    sections: tuple[SectionHead, ...],
    may_tick: bool,
    _language: str | None,
) -> SafeString:
    context = {"address": address, "view": view, "tags": tags, "sections": sections}
    return render_to_string("readinglists/_list_filter.html", context | {"may_tick": may_tick})


@register.simple_tag
def section_options(
    headings: Iterable[Heading | SectionHead], chosen: int | None = None
) -> SafeString:
    return render_sections(headings, chosen)


@register.simple_tag
def tag_options(tags: Iterable[str], chosen: str) -> SafeString:
    return render_tags(tags, chosen)
