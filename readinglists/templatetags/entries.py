"""Entries and headings of a list in templates: a page of them by one tag, since a tag for each took
longer than what they show."""

from collections.abc import Iterable, Iterator

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from papers.cards import render_card
from papers.templatetags.cards import onlooker_of
from readinglists.entry_tools import (
    Tools,
    render_entry,
    render_heading,
    render_sections,
    render_tags,
)
from readinglists.models import Heading
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


@register.simple_tag
def section_options(headings: Iterable[Heading], chosen: int | None = None) -> SafeString:
    return render_sections(headings, chosen)


@register.simple_tag
def tag_options(tags: list[str], chosen: str) -> SafeString:
    return render_tags(tags, chosen)
