"""A mail server that refuses some readers for good holds up nobody else (RELIABILITY P6).

    python -m tests.faults.digest_refused [--readers 500]

A worker as a site has it. First all mails are taken: that is the normal time. Then come three
dates on each of which one reader in twenty is refused with 550 and one in forty greylisted, 450 at
the first try; the pause until the second is skipped in the database. Exits 1 when anybody else
got no mail or two, or later than normal, when a refusal was tried again or not counted, or when
after the third the digest of who was refused goes on, or their page does not say so.
"""

import argparse
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.site import run
from tests.faults.digest_site import digest_stage
from tests.faults.figures import Row, gather, report, unless
from tests.faults.workers import wait_for

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from tests.faults.stage import Stage

PROMISES = (6,)
DATES = 3
ONE_REFUSED_IN = 20
ONE_GREYLISTED_IN = 40
REFUSED = b"550 5.1.1 no such person"
GREYLISTED = b"450 4.2.0 come again"
# As at P8; and so much longer than normal, of which there are seconds only.
MINUTES_95 = 5.0
TIMES_NORMAL, SLACK_SECONDS = 1.5, 3.0
FINISH_SECONDS = 300.0
READER = re.compile(rb"reader(\d+)@")
HEAD = (
    *("date", "taken at once", "95 % s", "last s", "greylisted sent", "refused"),
    *("tries of refused", "refusals counted", "stopped", "told", "doubles"),
)


@dataclass
class Refusing:
    """What the server answers to a reader's RCPT; `tries` counts those that it did not take."""

    tries: Counter[int] = field(default_factory=Counter)

    def __call__(self, line: bytes) -> bytes:
        found = READER.search(line)
        assert found is not None
        number = int(found[1])
        if number % ONE_REFUSED_IN == 0:
            self.tries[number] += 1
            return REFUSED
        if is_greylisted(number) and not self.tries[number]:
            self.tries[number] += 1
            return GREYLISTED
        return b""


def is_greylisted(number: int) -> bool:
    return number % ONE_GREYLISTED_IN == ONE_REFUSED_IN // 2


@dataclass(frozen=True)
class Times:
    """Seconds after the nudge until 95 % of those whom the server takes had their mail, and all."""

    at_95: float
    last: float

    def is_normal(self, normal: "Times") -> bool:
        most = normal.last * TIMES_NORMAL + SLACK_SECONDS
        return self.at_95 <= MINUTES_95 * 60 and self.last <= most


def send_first(stage: "Stage", expected: int) -> Times:
    """Let all issues come due; wait until as many mails were taken and each was tried once."""
    from accounts.models import Delivery

    def is_tried() -> bool:
        tried = Delivery.objects.filter(attempts=1, lease_token=None) | Delivery.objects.exclude(
            state__in=[Delivery.State.DUE, Delivery.State.CLAIMED, Delivery.State.SENDING]
        )
        return len(stage.postbox.mails) >= expected and tried.count() == stage.readers()

    stage.begin()
    began = time.time()
    stage.nudge()
    wait_for(is_tried, FINISH_SECONDS)
    seconds = sorted(mail.taken_at - began for mail in stage.postbox.mails) or [FINISH_SECONDS]
    return Times(seconds[int(0.95 * (len(seconds) - 1))], seconds[-1])


def play_normal(stage: "Stage") -> tuple[Times, Row, list[str]]:
    times = send_first(stage, stage.readers())
    taken = len(stage.postbox.mails)
    row = ("normal", str(taken), f"{times.at_95:.1f}", f"{times.last:.1f}", *["-"] * 6, "0")
    return times, row, unless(taken == stage.readers(), f"P6, without refusals: {taken} taken")


def play(stage: "Stage", date: int, normal: Times) -> tuple[Row, list[str]]:
    from accounts.models import Bounce, Delivery

    stage.postbox.refuse = refusing = Refusing()
    refused, greylisted = refused_readers(), sum(map(is_greylisted, range(stage.readers())))
    expected = stage.readers() - refused.count() - greylisted
    times = send_first(stage, expected)
    at_once = len(stage.postbox.mails)
    stage.skip_to_next_attempt()
    is_over = stage.finish(FINISH_SECONDS, age=False)
    rows = Delivery.objects.filter(user__in=refused)
    ended = rows.filter(state=Delivery.State.FAILED, attempts=1).count()
    tries = sum(n for number, n in refusing.tries.items() if not is_greylisted(number))
    counted = Bounce.objects.filter(user__in=refused, kind=Bounce.Kind.REFUSED).count()
    stopped = refused.exclude(mail_stopped_at=None).filter(next_due_at=None).count()
    told, doubles = sum(map(is_told, refused)), stage.postbox.doubles()
    late = len(stage.postbox.mails) - at_once
    others = Delivery.objects.exclude(user__in=refused)
    sent = others.filter(state=Delivery.State.SENT).count()
    harmed = refused.model.objects.exclude(mail_stopped_at=None).difference(refused).count()
    bounces = Bounce.objects.count()
    row = (
        *(str(date), f"{at_once} of {expected}", f"{times.at_95:.1f}", f"{times.last:.1f}"),
        *(f"{late} of {greylisted}", f"{ended} of {refused.count()}", str(tries), str(counted)),
        *(str(stopped), str(told), str(doubles)),
    )
    off = refused.count() if date == DATES else 0
    name = f"P6, date {date}"
    return row, [
        *unless(is_over and at_once == expected, f"{name}: {at_once} of {expected} at once"),
        *unless(times.is_normal(normal), f"{name}: {times}, without refusals {normal}"),
        *unless(late == greylisted, f"{name}: {late} of {greylisted} greylisted were sent"),
        *unless(sent == others.count() == expected + greylisted, f"{name}: {sent} others sent"),
        *unless(not doubles, f"{name}: {doubles} doubles"),
        *unless(ended == tries == refused.count(), f"{name}: {ended} ended, {tries} tries"),
        *unless(
            counted == bounces == refused.count() * date,
            f"{name}: {counted} of {bounces} refusals counted of who was refused",
        ),
        *unless(stopped == told == off, f"{name}: {stopped} stopped, {told} told, not {off}"),
        *unless(not harmed, f"{name}: {harmed} others stopped"),
    ]


def refused_readers() -> "QuerySet[User]":
    from accounts.models import User

    pattern = f"reader({'|'.join(str(n) for n in range(0, 10_000, ONE_REFUSED_IN))})@"
    return User.objects.filter(email__regex=f"^{pattern}")


def is_told(reader: "User") -> bool:
    """Whether the reader's settings say that the digest is stopped, and why."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(reader)
    return "was refused three times" in client.get("/settings/").content.decode()


def rounds(stage: "Stage") -> Iterator[tuple[Row, list[str]]]:
    normal, row, broken = play_normal(stage)
    yield row, broken
    for date in range(1, DATES + 1):
        yield play(stage, date, normal)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=500)
    options = parser.parse_args()
    with digest_stage(options.readers) as stage:
        run("collectstatic", "--noinput", "--verbosity=0")
        stage.crew.ready_worker(threads=8)
        rows, broken = gather(rounds(stage))
    report(HEAD, rows, broken)


if __name__ == "__main__":
    main()
