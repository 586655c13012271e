"""What of a list stands on each of its pages: how long it is, its headings, its tags.

It is kept until the list changes (papers/kept.py): to count entries and tags takes the longer the
longer the list is.
"""

from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from papers import kept
from readinglists.models import ReadingList

MOST_TAGS_OFFERED = 100


class SectionHead(NamedTuple):
    """A heading of a list, of which there may be hundreds: rows of the model took twice as long."""

    pk: int
    title: str
    position: str


@dataclass(frozen=True, slots=True)
class Outline:
    """`total` counts entries; `sections` in order; `tags` the most frequent hundred, by name."""

    total: int
    sections: list[SectionHead]
    tags: list[str]


def version_of(reading_list: ReadingList) -> str:
    """Return a text that differs after every change of the list: of its title, description and
    byline, its entries, notes, tags, headings and their order. It does not tell of papers."""
    return f"{reading_list.pk}.{reading_list.version}.{reading_list.changed_at.timestamp():.6f}"


def outline_of(reading_list: ReadingList) -> Outline:
    """Return its outline; of papers that were merged it may be a minute late. Three queries."""
    version = version_of(reading_list)
    return kept.value("list-outline", version, make=lambda: _read(reading_list))


def _read(reading_list: ReadingList) -> Outline:
    in_order = reading_list.headings.order_by("position", "pk")
    return Outline(
        total=reading_list.entries.count(),
        sections=[SectionHead(*row) for row in in_order.values_list("pk", "title", "position")],
        tags=_tags_in(reading_list),
    )


def _tags_in(reading_list: ReadingList) -> list[str]:
    statement = """
        SELECT tag FROM readinglists_entry, unnest(tags) AS tag WHERE reading_list_id = %s
        GROUP BY tag ORDER BY count(*) DESC, tag LIMIT %s
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [reading_list.pk, MOST_TAGS_OFFERED])
        return sorted((str(tag) for (tag,) in cursor.fetchall()), key=str.casefold)
