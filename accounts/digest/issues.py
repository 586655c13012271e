"""A reader's issues as pages show them: what became of each, in words, and its papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.digest.items import heading_of, items_of
from accounts.models import Delivery
from papers.merging import merged_into
from papers.models import Paper
from papers.numerals import grouped
from papers.sentences import in_language

State = Delivery.State


@dataclass(frozen=True, slots=True)
class Line:
    """One issue in the list. `happened_at` is when it ended, or is next tried; `reason` may be
    empty, and is as stored, in English (papers/spoken.py)."""

    local_date: date
    state: str
    words: str
    reason: str
    happened_at: datetime | None
    papers: int


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    papers: Sequence[Paper]


def line_of(delivery: Delivery) -> Line:
    return Line(
        local_date=delivery.local_date,
        state=delivery.state,
        words=_in_words(delivery),
        reason=delivery.reason,
        happened_at=delivery.finished_at or delivery.due_at,
        papers=len(delivery.items),
    )


def day_of_last_issue(user: AbstractBaseUser) -> date | None:
    """Return the local date of the last issue that `user` has, or may have; None: none yet."""
    issues = Delivery.objects.filter(user_id=user.pk).that_reached_the_reader()
    return issues.aggregate(day=Max("local_date"))["day"]  # type: ignore[no-any-return]


def sections_of(kept: Sequence[Mapping[str, Any]]) -> list[Section]:
    """Return an issue's papers, as `Delivery.items` keeps them, without those deleted since.

    Each paper bears its `reason`; of two that became one only the first. Two queries.
    """
    items = items_of(kept)
    numbers = [item.paper for item in items]
    into = merged_into(numbers)
    papers = Paper.objects.for_cards().in_bulk([into.get(pk, pk) for pk in numbers])
    sections: dict[str, list[Paper]] = {}
    for item in items:
        paper = papers.pop(into.get(item.paper, item.paper), None)
        if paper is not None:
            paper.reason = in_language(item.reason)  # type: ignore[attr-defined]
            sections.setdefault(item.section, []).append(paper)
    return [Section(heading_of(section), found) for section, found in sections.items()]


def _in_words(delivery: Delivery) -> str:
    if delivery.state == State.DUE:
        return _("Waiting to be tried again") if delivery.attempts else _("On its way")
    if delivery.state == State.SENT:
        count = len(delivery.items)
        return ngettext("Sent, %s paper", "Sent, %s papers", count) % grouped(count)
    return {
        State.CLAIMED: _("Being prepared"),
        State.SENDING: _("Being handed to the mail server"),
        State.UNKNOWN: _("Handed to the mail server, which did not answer: it may have arrived"),
        State.SKIPPED: _("Not sent"),
        State.FAILED: _("Could not be sent"),
    }[State(delivery.state)]
