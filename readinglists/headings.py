"""Heads of sections within a list: made, renamed, moved, removed. What stood below one that is
removed falls to the section above."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F

from readinglists.changing import changing, check_version
from readinglists.history import Changed, Kind, record, values_of_heading
from readinglists.models import Heading, ListChange, ReadingList
from readinglists.positions import Gap, Spot, key_at_end, keys_in


def add_heading(
    reading_list: ReadingList,
    title: str,
    *,
    by: AbstractBaseUser | None,
    gap: Gap | None = None,
) -> Heading:
    """Make a heading in that gap of the list, at its end without one.

    Raises ReadingList.DoesNotExist when the list is gone, Entry.DoesNotExist or
    Heading.DoesNotExist when what it should stand beside is.
    """
    with changing(reading_list.pk) as current:
        key = keys_in(current.pk, gap)[0] if gap else key_at_end(current.pk)
        made = current.headings.create(title=title, position=key)
        record(current, by, Kind.HEADING, [Changed("heading", made.pk, None, {"title": title})])
        return made


def rename_heading(
    heading: Heading, title: str, *, by: AbstractBaseUser | None, seen: int
) -> ListChange | None:
    """Raises EditConflictError when somebody renamed it since version `seen`, and
    Heading.DoesNotExist when it is gone."""
    with changing(heading.reading_list_id) as current:
        now = current.headings.get(pk=heading.pk)
        if now.title == title:
            return None
        check_version(seen, {"title": now.title}, now.version)
        Heading.objects.filter(pk=now.pk).update(title=title, version=F("version") + 1)
        row = Changed("heading", now.pk, {"title": now.title}, {"title": title})
        return record(current, by, Kind.HEADING, [row])


def move_heading(heading: Heading, gap: Gap, *, by: AbstractBaseUser | None) -> ListChange | None:
    """Put the heading, without what stands below it, into that gap. Raises as `entries.move`."""
    with changing(heading.reading_list_id) as current:
        spot = Spot("h", heading.pk)
        if spot in gap:
            return None
        current.headings.get(pk=heading.pk)
        key = keys_in(current.pk, gap, moving=spot)[0]
        now = current.headings.get(pk=heading.pk)
        Heading.objects.filter(pk=now.pk).update(position=key)
        row = Changed("heading", now.pk, {"position": now.position}, {"position": key})
        return record(current, by, Kind.MOVED, [row])


def remove_heading(heading: Heading, *, by: AbstractBaseUser | None) -> ListChange | None:
    """Take the heading away, not its papers. Doing it twice does no harm."""
    with changing(heading.reading_list_id) as current:
        now = current.headings.filter(pk=heading.pk).first()
        if now is None:
            return None
        row = Changed("heading", now.pk, values_of_heading(now), None)
        now.delete()
        return record(current, by, Kind.HEADING, [row])
