"""Invented readers for a replay, and the check that every promise to them was kept."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth.hashers import make_password

from accounts.digest import schedule
from accounts.digest.replay import KeepingBackend
from accounts.models import Delivery, User
from papers.models import Paper
from readinglists import entries
from readinglists.entries import NewEntry
from readinglists.models import ReadingList

DOMAIN = "replay.example.org"
PAPERS_IN_A_LIST = 6
EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]
_ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "America/Nuuk",
    "Africa/Casablanca",
    "America/Sao_Paulo",
)
_DAYS = ([0, 1, 2, 3, 4], EVERY_DAY, [0, 2, 4], [5, 6])
_SIZES = (10, 5, 20, 1, 50)

State = Delivery.State


def others_exist() -> bool:
    """Whether the database holds accounts that no replay made."""
    return User.objects.exclude(email__endswith=f"@{DOMAIN}").exists()


def make_readers(count: int, now: datetime) -> list[User]:
    """Make `count` readers of many zones, hours, days and sizes; those of before are removed."""
    for earlier in User.objects.filter(email__endswith=f"@{DOMAIN}"):
        earlier.delete()
    readers = [
        User(
            email=f"reader{number:03}@{DOMAIN}",
            password=make_password(None),
            digest_enabled=True,
            timezone=_ZONES[number % len(_ZONES)],
            digest_hour=(number * 7) % 24,
            digest_days=list(_DAYS[number % len(_DAYS)]),
            digest_size=_SIZES[number % len(_SIZES)],
        )
        for number in range(count)
    ]
    for reader in readers:
        reader.next_due_at = schedule.next_due(reader, now - timedelta(seconds=1))
    return User.objects.bulk_create(readers)


def give_lists(readers: list[User]) -> None:
    """Give every second reader a list of the newest papers of one category, once there are some."""
    newest = Paper.objects.exclude(primary_category=None).order_by("-announced_on", "-pk")[:2000]
    by_category: dict[str, list[Paper]] = {}
    for paper in newest:
        by_category.setdefault(str(paper.primary_category_id), []).append(paper)
    groups = [papers for _code, papers in sorted(by_category.items()) if len(papers) > 1]
    for number, reader in enumerate(readers[::2]):
        if groups and not reader.reading_lists.exists():
            mine = groups[number % len(groups)][number % 7 :: 7][:PAPERS_IN_A_LIST]
            reading_list = ReadingList.objects.create(owner_id=reader.pk, title="To read")
            entries.add_many(reading_list, [NewEntry(paper.pk) for paper in mine], by=reader)


def retire(readers: list[User]) -> None:
    """No real mail ever follows: the readers stay, to be looked at, but are due no more."""
    ids = [reader.pk for reader in readers]
    User.objects.filter(pk__in=ids).update(digest_enabled=False, next_due_at=None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts over all readers; every one from `missing` on must be 0."""

    readers: int
    due: int
    sent: int
    skipped: int
    missing: int
    unasked: int
    doubles: int
    papers_twice: int
    unfinished: int

    @property
    def is_kept(self) -> bool:
        return not (
            self.missing or self.unasked or self.doubles or self.papers_twice or self.unfinished
        )


def judge(readers: list[User], first: date, last: date) -> Verdict:
    """Compare each reader's due dates with their issues, and the issues with the mail kept."""
    rows = list(Delivery.objects.filter(user__in=readers))
    due = {(reader.pk, day) for reader in readers for day in due_dates(reader, first, last)}
    issued = {(row.user_id, row.local_date) for row in rows}
    states = Counter(row.state for row in rows)
    known_ids = {row.message_id: (row.user_id, row.local_date) for row in rows}
    mails: Counter[object] = Counter()
    for (message_id, _recipient), count in KeepingBackend.kept.items():
        mails[known_ids.get(message_id, message_id)] += count
    papers = Counter((row.user_id, item["paper"]) for row in rows for item in row.items)
    sent = states[State.SENT]
    return Verdict(
        readers=len(readers),
        due=len(due),
        sent=sent,
        skipped=states[State.SKIPPED],
        missing=len(due - issued),
        unasked=len(issued - due),
        doubles=sum(count - 1 for count in mails.values()),
        papers_twice=sum(count - 1 for count in papers.values()),
        unfinished=len(rows) - sent - states[State.SKIPPED],
    )


def due_dates(reader: User, first: date, last: date) -> list[date]:
    """Return the reader's dates whose moment lies in the replayed hours, from the rule alone."""
    begin = datetime.combine(first, time(0), tzinfo=UTC)
    final_tick = datetime.combine(last, time(23), tzinfo=UTC)
    found = []
    day = first - timedelta(days=1)
    while day <= last + timedelta(days=1):
        moment = schedule.moment_on(reader, day) if reader.wants_digest_on(day) else None
        if moment is not None and begin <= moment <= final_tick:
            found.append(day)
        day += timedelta(days=1)
    return found
