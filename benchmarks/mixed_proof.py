"""Whether all that a mixed load was told is in the database, each once.

To be imported after django.setup().
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Delivery, Follow, User
from papers.models import FetchedDocument, PaperStats, Source, Vote
from papers.search.follower import wait_for_follower
from readinglists.models import Entry, ListChange, ReadingList

Told = tuple[Any, ...]
LATE = timedelta(minutes=2)
SHORTEST_AWAY = timedelta(hours=6)
INDEX_SECONDS = 120.0


@dataclass
class Proof:
    """`lost` and `doubled` in words; `writes` is how many acknowledged ones were looked for."""

    writes: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def expect(self, what: str, wanted: Iterable[Told], found: Counter[Told]) -> None:
        """Each of `wanted` is in `found`, once."""
        for each in wanted:
            self.writes[what] += 1
            if not found[each]:
                self.lost.append(f"{what} {each}")
            elif found[each] > 1:
                self.doubled.append(f"{what} {each}")


def prove_writes(told: list[Told], unknown: list[Told]) -> Proof:
    """Look for each acknowledged write; `unknown` are those without an answer, in any order."""
    proof = Proof()
    for kind, look in _LOOKS.items():
        look(proof, [each for each in told if each[1] == kind])
    _prove_order(proof, told, {each[0] for each in unknown})
    return proof


def _saves(proof: Proof, told: list[Told]) -> None:
    readers = {each[0] for each in told}
    rows = Entry.objects.filter(reading_list__owner__in=readers, reading_list__is_default=True)
    there = Counter(rows.values_list("reading_list__owner_id", "paper_id"))
    proof.expect("save", [(reader, paper) for reader, _save, paper in told], there)
    # Each adds one line of history; a second would be a write done twice.
    added = ListChange.objects.filter(user__in=readers, kind=ListChange.Kind.ADDED)
    lines = added.values_list("user_id", "rows__0__after__paper")
    proof.expect(
        "line of a save", [(reader, paper) for reader, _save, paper in told], Counter(lines)
    )


def _votes(proof: Proof, told: list[Told]) -> None:
    papers = {paper for _reader, _vote, paper in told}
    rows = Vote.objects.filter(paper_id__in=papers)
    there = Counter(rows.values_list("user_id", "paper_id"))
    proof.expect("vote", [(reader, paper) for reader, _vote, paper in told], there)
    counted = PaperStats.objects.filter(paper_id__in=papers).annotate(
        given=Count("paper__vote_rows", filter=Q(paper__vote_rows__counted_at__isnull=False))
    )
    for stats in counted.exclude(votes=F("given")):
        said = f"counter of paper {stats.paper_id}: {stats.votes}, votes {stats.given}"
        (proof.lost if stats.votes < stats.given else proof.doubled).append(said)


def _notes(proof: Proof, told: list[Told]) -> None:
    last = {entry: (reader, text) for reader, _note, entry, text in told}
    rows = Entry.objects.filter(pk__in=last).values_list("pk", "note")
    proof.expect("last note", [(pk, text) for pk, (_who, text) in last.items()], Counter(rows))
    changes = ListChange.objects.filter(
        user__in={each[0] for each in told}, kind=ListChange.Kind.NOTE
    )
    texts = Counter((text,) for text in changes.values_list("rows__0__after__note", flat=True))
    proof.expect("line of a note", [(text,) for _reader, _note, _entry, text in told], texts)


def _lists(proof: Proof, told: list[Told]) -> None:
    titles = [title for _reader, _make, title in told]
    rows = ReadingList.objects.filter(title__in=titles).values_list("owner_id", "title")
    proof.expect("list", [(reader, title) for reader, _make, title in told], Counter(rows))


def _follows(proof: Proof, told: list[Told]) -> None:
    rows = Follow.objects.filter(user__in={each[0] for each in told})
    there = Counter(rows.values_list("user_id", "query"))
    proof.expect("follow", [(reader, text) for reader, _follow, text in told], there)


_LOOKS: dict[str, Callable[[Proof, list[Told]], None]] = {
    "save": _saves,
    "vote": _votes,
    "note": _notes,
    "make list": _lists,
    "follow": _follows,
}


def _prove_order(proof: Proof, told: list[Told], unsure: set[int]) -> None:
    """Each move brought an entry to the top: those moved stand in the order of their last moves."""
    moved: dict[int, list[int]] = {}
    for reader, kind, *rest in told:
        if kind == "move":
            order = moved.setdefault(reader, [])
            order[:] = [rest[0], *(entry for entry in order if entry != rest[0])]
    for reader, order in moved.items():
        proof.writes["order after moves"] += 1
        there = Entry.objects.filter(pk__in=order).order_by("position", "pk")
        if reader not in unsure and list(there.values_list("pk", flat=True)) != order:
            proof.lost.append(f"a move of reader {reader}")


@dataclass(frozen=True, slots=True)
class Mails:
    """Of the readers who came due: how many issues were sent, lost, doubled, and not sure."""

    due: int
    sent: int
    lost: int
    doubled: int
    states: dict[str, int]


@dataclass(frozen=True, slots=True)
class FeedsRead:
    """How often each of `count` feeds was asked while `hours` passed for them.

    The last hour may have been too short to be asked in. `failing` says in words which fail.
    """

    count: int
    hours: int
    fewest: int
    behind: int
    failing: list[str]

    @classmethod
    def of(cls, asked: list[int], hours: int) -> "FeedsRead":
        wanted = _readings(hours)
        behind = sum(1 for times in asked if times < wanted)
        return cls(len(asked), hours, min(asked, default=0), behind, list(_failing()))

    def faults(self) -> Iterator[str]:
        if self.behind:
            wanted = _readings(self.hours)
            yield (
                f"{self.behind} of {self.count} feeds were asked less than {wanted} times in"
                f" {self.hours} hours, one of them {self.fewest} times"
            )
        if self.failing:
            yield f"{len(self.failing)} feeds fail, such as {self.failing[0]}"


def _readings(hours: int) -> int:
    return max(hours - 1, 1)


def _failing() -> Iterator[str]:
    feeds = Source.objects.filter(kind=Source.Kind.SYNDICATION, is_active=True)
    for source in feeds.filter(state=Source.State.FAILING):
        yield f"{source.key}: {source.last_error}"


@dataclass(frozen=True, slots=True)
class Due:
    """Readers whose next issue comes due from `since` to `until`, one each.

    Their usual one, later on the same day, is skipped where it comes too near to that.
    """

    readers: list[int]
    since: datetime
    until: datetime

    def issues(self) -> Any:
        return Delivery.objects.filter(
            user__in=self.readers, due_at__range=(self.since, self.until)
        )


def make_due(most: float, begin: float, end: float, *, without: set[int]) -> Due:
    """Spread the next moments of readers evenly from `begin` to `end` seconds from now.

    At most so many of those who have digests, `without` those with these ids.
    """
    now = timezone.now()
    Delivery.objects.filter(local_date__gte=now.date()).delete()
    enabled = User.objects.filter(digest_enabled=True).order_by("pk")
    # Nobody else comes due meanwhile.
    enabled.filter(next_due_at__lte=now + SHORTEST_AWAY).update(next_due_at=now + SHORTEST_AWAY)
    others = enabled.exclude(pk__in=without)
    users = list(others[: int(min(most, others.count()))])
    step = (end - begin) / max(len(users), 1)
    for place, user in enumerate(users):
        user.next_due_at = now + timedelta(seconds=begin + place * step)
    User.objects.bulk_update(users, ["next_due_at"], batch_size=1_000)
    return Due([user.pk for user in users], now, now + timedelta(seconds=end))


def wait_for_mails(due: Due, seconds: float) -> None:
    """Wait until every issue was entered and none is open any more, at most so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        issues = due.issues()
        if issues.count() >= len(due.readers) and not issues.open().exists():
            return
        time.sleep(1)


def prove_mails(due: Due, taken: Path) -> Mails:
    """Hold the ledger against what the mail server took, which got nothing else."""
    addresses = dict(User.objects.filter(pk__in=due.readers).values_list("pk", "email"))
    got = Counter(taken.read_text().split()) if taken.exists() else Counter()
    states = dict(due.issues().values_list("user_id", "state"))
    sent = [user for user, state in states.items() if state == Delivery.State.SENT]
    reached = sum(1 for user in sent if got[addresses[user]])
    doubled = sum(count - 1 for count in got.values())
    by_state = dict(Counter(states.values()))
    return Mails(len(due.readers), len(sent), len(due.readers) - reached, doubled, by_state)


def stuck_rows() -> Iterator[str]:
    """Rows whose lease ran out, and what was fetched and never stored."""
    late = Now() - LATE
    rows = {
        "issues in hand": Delivery.objects.filter(claimed_until__lt=late).open(),
        "sources being read": Source.objects.filter(leased_until__lt=late),
        "sources due": Source.objects.filter(is_active=True, next_due_at__lt=late),
        "answers not stored": FetchedDocument.objects.filter(fetched_at__lt=late),
    }
    for name, found in rows.items():
        if count := found.count():
            yield f"{count} {name}"


def index_is_complete() -> bool:
    return wait_for_follower(timeout_seconds=INDEX_SECONDS)
