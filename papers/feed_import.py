"""A list of feeds from another reader: which of them are new here, known, or cannot be read.

It decides by the addresses alone and asks nobody: each new feed is tried when its turn comes.
Read more: papers/feeds/opml.py (the format), papers/source_changes.py (one feed at a time).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from papers.addresses import public_address
from papers.models import Source
from papers.source_changes import LONGEST_TITLE, other_scheme

MOST_FEEDS = 500


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed by its normalised address, with the title that the list gives it ("" for none)."""

    address: str
    title: str


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry as it stands in the list, and in words why it is left out."""

    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sorted:
    new: list[Feed] = field(default_factory=list)
    known: list[Feed] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def sort_feeds(feeds: Iterable[tuple[str, str]]) -> Sorted:
    """Sort (address, title) pairs into new, known and refused; at most 500 are new at once."""
    found = Sorted()
    rows = Source.objects.filter(kind=Source.Kind.SYNDICATION)
    here = set(rows.values_list("key", flat=True))
    seen: set[str] = set()
    beyond = 0
    for typed, title in feeds:
        try:
            feed = Feed(public_address(typed), " ".join(title.split())[:LONGEST_TITLE])
        except ValueError as error:
            found.refused.append(Refused(typed[:200], str(error)))
            continue
        names = {feed.address, other_scheme(feed.address)}
        if names & here:
            found.known.append(feed)
        elif names & seen:
            found.refused.append(Refused(typed[:200], _("It stands in the list twice.")))
        elif len(found.new) == MOST_FEEDS:
            beyond += 1
            continue
        else:
            found.new.append(feed)
        seen.add(feed.address)
    if beyond:
        found.refused.append(_beyond(beyond))
    return found


def _beyond(count: int) -> Refused:
    """One entry for all that the list has too many."""
    names = ngettext("%d further feed", "%d further feeds", count) % count
    words = _("At most %d feeds are added at once; import the list again for the rest.")
    return Refused(names, words % MOST_FEEDS)


def add_feeds(feeds: Iterable[tuple[str, str]]) -> int:
    """Store those that are new, due at once; return how many they were."""
    now = timezone.now()
    made = [
        Source(kind=Source.Kind.SYNDICATION, key=feed.address, title=feed.title, next_due_at=now)
        for feed in sort_feeds(feeds).new
    ]
    Source.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)
