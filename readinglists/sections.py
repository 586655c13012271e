"""Sections of a list: what stands below a heading, up to the next one. Nothing is written here."""

from django.db.models import QuerySet

from readinglists.models import Entry, Heading, ReadingList
from readinglists.positions import Gap, Spot

# Before the first heading.
TOP = 0


def in_section(
    entries: QuerySet[Entry], reading_list: ReadingList, heading_id: int
) -> QuerySet[Entry]:
    """Return those of `entries` that stand in that section; TOP: above all headings. One query.

    None for a heading that is not in the list (any more).
    """
    heads = list(reading_list.headings.order_by("position", "pk"))
    if heading_id == TOP:
        return entries.filter(position__lt=heads[0].position) if heads else entries
    at = next((n for n, head in enumerate(heads) if head.pk == heading_id), None)
    if at is None:
        return entries.none()
    entries = entries.filter(position__gte=heads[at].position)
    if at + 1 < len(heads):
        entries = entries.filter(position__lt=heads[at + 1].position)
    return entries


def end_of_section(heading: Heading) -> Gap:
    """Return where its section ends."""
    heads = list(heading.reading_list.headings.order_by("position", "pk"))
    at = heads.index(heading)
    if at + 1 < len(heads):
        return Gap(before=Spot("h", heads[at + 1].pk))
    return end_of_list(heading.reading_list)


def end_of_list(reading_list: ReadingList) -> Gap:
    """Return the gap after all; two queries."""
    entry = reading_list.entries.order_by("position", "pk").last()
    head = reading_list.headings.order_by("position", "pk").last()
    if entry is None and head is None:
        return Gap()
    if head is None or (entry is not None and entry.position >= head.position):
        assert entry is not None  # noqa: S101
        return Gap(after=Spot("e", entry.pk))
    return Gap(after=Spot("h", head.pk))
