"""What an issue is made of: papers, each in a section and with the reason why it is there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import DigestSection
from papers.sentences import Sentence, in_language, restored

NEAR = DigestSection.NEAR.value
TRENDING = DigestSection.TRENDING.value
SAVED = DigestSection.SAVED.value
# Sections no reader chooses by name: what stands in for trending papers, what was missed.
NEW = "new"
BACKLOG = "backlog"


@dataclass(frozen=True, slots=True)
class Item:
    """One paper of an issue, as `Delivery.items` keeps it.

    `section` is a key of `headings`, or a heading of its own (a search, a list). `event` is "" but
    for news of a saved paper: "v3", "withdrawn".
    What the site says is kept in English, and what it was made of beside it.
    """

    paper: int
    section: str
    reason: str
    rank: int = 0
    event: str = ""

    def as_json(self) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "paper": self.paper,
            "section": self.section,
            "reason": self.reason,
            "rank": self.rank,
        }
        if self.event:
            fields["event"] = self.event
        for name, text in (("said", self.reason), ("heading", self.section)):
            if isinstance(text, Sentence):
                fields[name] = text.made_of
        return fields


@dataclass(frozen=True, slots=True)
class Choice:
    """An issue's papers in the order shown; when there are none, the reason in words."""

    items: tuple[Item, ...] = ()
    why_nothing: str = ""


def items_of(kept: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Read back what `Delivery.items` keeps."""
    return tuple(
        Item(
            each["paper"],
            restored(each["section"], each.get("heading")),
            restored(each["reason"], each.get("said")),
            each.get("rank", 0),
            each.get("event", ""),
        )
        for each in kept
    )


def heading_of(section: str) -> str:
    """Return what stands over a section, in the language of the moment."""
    return headings().get(section) or in_language(section)


def headings() -> dict[str, str]:
    """What stands over the sections that have a key, in the language of the moment."""
    return {
        NEAR: _("Near what you saved and voted for"),
        TRENDING: _("Trending"),
        SAVED: _("News of papers you saved"),
        NEW: _("New papers"),
        BACKLOG: _("You may have missed"),
    }
