"""Saving a paper by one press: into the reader's default list, and out of it again.

What stands in other lists of theirs is never touched: it may bear notes.
"""

from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser

from papers.models import Paper
from readinglists import entries
from readinglists.keeping import default_list
from readinglists.models import Entry, ListChange, ReadingList


@dataclass(frozen=True, slots=True)
class Pressed:
    """The default list, if there is one, and what changed in it; None where nothing did."""

    reading_list: ReadingList | None
    change: ListChange | None


def save(reader: AbstractBaseUser, paper: Paper) -> Pressed:
    """Put the paper at the end of the default list, which is made if there is none."""
    into = default_list(reader)
    return Pressed(into, entries.add(into, paper, by=reader))


def take_out(reader: AbstractBaseUser, paper: Paper) -> Pressed:
    """Take the paper out of the default list, if it is there."""
    default = ReadingList.objects.of(reader).filter(is_default=True).first()
    entry = Entry.objects.filter(reading_list=default, paper=paper).first() if default else None
    return Pressed(default, entries.remove(entry, by=reader) if entry else None)
