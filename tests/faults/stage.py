"""Readers, one paper, a mail server and workers: where the digest's faults are played.

Imported once Django is set up. The database's clock cannot be moved, so that leases which run out
and retries whose time comes are brought about by SQL.
"""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.db.models import F, Max
from django.db.models.functions import Now

from accounts.digest import ledger
from accounts.models import Delivery, User
from accounts.tasks import send_due_digests
from tests.factories import make_paper
from tests.faults.postbox import Postbox
from tests.faults.workers import Crew, Process
from tests.queues import empty_queues

State = Delivery.State
IN_HAND = (State.CLAIMED, State.SENDING)
NUDGE_SECONDS = 2.0


@dataclass
class Stage:
    crew: Crew
    postbox: Postbox

    def fill(self, readers: int) -> None:
        """Make readers at whose places it is about noon, so that no day ends during a run."""
        now = ledger.database_now()
        zone = midday_zone(now)
        make_paper(title="Kept", announced_on=now.date(), upvotes=9, popularity=1.0, score=1.0)
        User.objects.bulk_create(
            User(
                email=f"reader{number}@example.org",
                password="!",
                timezone=zone,
                digest_hour=12,
                digest_days=list(range(7)),
                digest_enabled=True,
            )
            for number in range(readers)
        )

    def begin(self, due_at: datetime | None = None) -> None:
        """Forget every issue and make the next ones due, now unless said otherwise."""
        empty_queues()
        Delivery.objects.all().delete()
        User.objects.update(next_due_at=due_at or ledger.database_now())
        self.postbox.forget()

    def nudge(self) -> None:
        """What beat does each minute."""
        send_due_digests.apply_async(expires=60)

    def let_leases_run_out(self) -> None:
        """Two minutes pass for whatever is in hand."""
        in_hand = Delivery.objects.filter(state__in=IN_HAND)
        in_hand.update(claimed_until=Now() - timedelta(seconds=1))

    def skip_to_next_attempt(self) -> timedelta:
        """The time until the last of the waiting retries passes; return how much it was."""
        waiting = Delivery.objects.filter(state=State.DUE)
        latest: datetime | None = waiting.aggregate(latest=Max("due_at"))["latest"]
        if latest is None:
            return timedelta()
        step = latest - ledger.database_now()
        waiting.update(due_at=F("due_at") - step)
        return max(step, timedelta())

    def states(self) -> Counter[str]:
        return Counter(Delivery.objects.values_list("state", flat=True))

    def count(self, *states: State) -> int:
        return Delivery.objects.filter(state__in=states).count()

    def readers(self) -> int:
        return User.objects.count()

    def all_wait_after(self, attempts: int) -> bool:
        """Whether every issue waits for its next attempt after so many."""
        waiting = Delivery.objects.filter(state=State.DUE, attempts=attempts)
        return waiting.count() == self.readers()

    def has_begun(self) -> bool:
        """Whether every reader's issue was entered."""
        return Delivery.objects.count() == self.readers()

    def is_over(self) -> bool:
        """Whether all issues were entered and none is open any more."""
        return self.has_begun() and not Delivery.objects.open().exists()

    def finish(self, seconds: float, *, age: bool = True) -> bool:
        """Nudge until all is over; return whether it came to that in time.

        With `age` the leases of dead workers run out at once when nobody sends any more.
        """
        deadline = time.monotonic() + seconds
        seen, nudged = -1, 0.0
        while not self.is_over():
            if time.monotonic() > deadline:
                return False
            if time.monotonic() - nudged > NUDGE_SECONDS:
                if age and seen == len(self.postbox.mails):
                    self.let_leases_run_out()
                seen, nudged = len(self.postbox.mails), time.monotonic()
                self.nudge()
            time.sleep(0.1)
        return True

    def lost(self) -> int:
        """Readers whose issue was neither sent, maybe sent, nor left out for a reason (P2)."""
        return self.readers() - self.count(State.SENT, State.UNKNOWN, State.SKIPPED)

    def not_sent(self) -> int:
        """Readers to whom no mail went, where nothing spoke against it."""
        return self.readers() - self.count(State.SENT, State.UNKNOWN)

    def sent_but_not_taken(self) -> int:
        """Issues that the ledger calls sent and the server never took."""
        taken = {mail.message_id for mail in self.postbox.mails}
        sent = Delivery.objects.filter(state=State.SENT).values_list("message_id", flat=True)
        return len(set(sent) - taken)


def midday_zone(now: datetime) -> str:
    """Return a time zone in which it is about noon."""

    def hours_from_noon(name: str) -> float:
        local = now.astimezone(ZoneInfo(name))
        return abs(local.hour + local.minute / 60 - 12)

    return min(sorted(name for name in available_timezones() if "/" in name), key=hours_from_noon)


def end_all(processes: Iterable[Process]) -> None:
    for process in processes:
        if process.is_alive():
            process.kill()
