"""Five thousand readers of one hour have their digest soon after it (RELIABILITY P8).

    python -m tests.faults.digest_on_time [--readers 5000] [--threads 8]

One worker as a site has it and a real beat; the mail server on loopback answers at once. Prints
when half, 95 % and all of the mails were taken, in minutes after the hour. Exits 1 when 95 % took
more than five minutes or the last more than fifteen.
"""

import argparse
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.faults.digest_site import digest_stage
from tests.faults.figures import Row, report, unless
from tests.faults.workers import wait_for

if TYPE_CHECKING:
    from tests.faults.stage import Stage

PROMISES = (8,)
MINUTES_95 = 5.0
MINUTES_LAST = 15.0
HEAD = ("readers", "taken", "first min", "half min", "95 % min", "last min", "doubles")


def play(stage: "Stage", threads: int) -> tuple[Row, list[str]]:
    from accounts.digest import ledger

    worker = stage.crew.ready_worker(threads=threads)
    hour = ledger.database_now() + timedelta(seconds=20)
    stage.begin(hour)
    stage.crew.beat()
    is_over = wait_for(stage.is_over, 60 * (MINUTES_LAST + 2))
    worker.kill()
    minutes = sorted((mail.taken_at - hour.timestamp()) / 60 for mail in stage.postbox.mails)
    at_95, last = minutes[int(0.95 * (len(minutes) - 1))], minutes[-1]
    doubles = stage.postbox.doubles()
    moments = (minutes[0], minutes[len(minutes) // 2], at_95, last)
    said = (f"{moment:.2f}" for moment in moments)
    return (str(stage.readers()), str(len(minutes)), *said, str(doubles)), [
        *unless(is_over and len(minutes) == stage.readers(), f"P8: {dict(stage.states())}"),
        *unless(at_95 <= MINUTES_95, f"P8: 95 % after {at_95:.1f} min"),
        *unless(last <= MINUTES_LAST, f"P8: the last after {last:.1f} min"),
        *unless(not doubles, f"P1: {doubles} doubles"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=5000)
    parser.add_argument("--threads", type=int, default=8)
    options = parser.parse_args()
    with digest_stage(options.readers) as stage:
        row, broken = play(stage, options.threads)
    report(HEAD, [row], broken)


if __name__ == "__main__":
    main()
