"""What stands on a card in a list besides the paper: notes, tags, marks, and tools to change them.

Rendered by Jinja2 like the card, and what is the same for equal values is remembered: fifty entries
by Django's templates took most of a page's time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlencode

from django.utils.html import linebreaks
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from papers.cards import card_template
from papers.models import Paper
from readinglists.models import Heading, ReadingState
from readinglists.outline import SectionHead
from readinglists.pages import Head, Row

KEPT = 1024  # full within minutes, about 5 kB each


@dataclass(frozen=True, slots=True)
class Tools:
    """What a page lets its reader do with entries of the list: change, order, tick them."""

    list_pk: int
    may_edit: bool = False
    may_order: bool = False
    may_tick: bool = False
    # What is remembered for them is in it.
    language: str | None = field(default_factory=get_language)


def render_entry(row: Row, own: ReadingState | None, tools: Tools) -> SafeString:
    """Return the end of the card of an entry. `own` is what the reader noted of the paper."""
    entry = row.entry
    return _entry(
        entry.pk,
        entry.paper_id,
        entry.paper.title,
        row.place,
        str(row.previous or "") if tools.may_order else "",
        str(row.next or "") if tools.may_order else "",
        entry.note,
        tuple(entry.tags),
        own.state if own else "",
        own.own_note if own else "",
        tools,
    )


def render_heading(head: Head, tools: Tools) -> SafeString:
    heading, previous, following = head.heading, str(head.previous or ""), str(head.next or "")
    return _macro("heading")(heading.pk, heading.title, previous, following, tools)


def render_sections(
    headings: Iterable[Heading | SectionHead], chosen: int | None = None
) -> SafeString:
    """Return the options of a field that names a section."""
    return _macro("sections")([(each.pk, each.title) for each in headings], chosen)


def render_tags(tags: Iterable[str], chosen: str) -> SafeString:
    return _macro("tags")(tags, chosen)


def render_states(paper: Paper, state: str, list_pk: int | str = "") -> SafeString:
    """Return the buttons that mark how far the reader is with the paper."""
    return _macro("states")(paper.pk, paper.title, state, list_pk)


@lru_cache(KEPT)
def _entry(
    pk: int,
    paper_pk: int,
    title: str,
    place: int,
    previous: str,
    next_: str,
    note: str,
    tags: tuple[str, ...],
    state: str,
    own_note: str,
    tools: Tools,
) -> SafeString:
    return _macro("entry")(
        pk=pk,
        paper_pk=paper_pk,
        title=title,
        place=place,
        previous=previous,
        next=next_,
        note=SafeString(linebreaks(note, autoescape=True)) if note else "",
        own_note=SafeString(linebreaks(own_note, autoescape=True)) if own_note else "",
        tags=[(tag, urlencode({"tag": tag})) for tag in tags],
        state=state,
        tools=tools,
    )


def _macro(name: str) -> Callable[..., SafeString]:
    macro = getattr(card_template("readinglists/entry.jinja").module, name)
    return lambda *values, **named: SafeString(macro(*values, **named))
