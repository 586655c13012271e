"""Two beats, the loop command and four workers send one digest each (RELIABILITY P12).

    python -m tests.faults.digest_schedulers [--readers 1000] [--digests 2]

All run at once, with readers who become due while they do. Exits 1 when anybody got two mails.
"""

import argparse
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.faults.digest_site import digest_stage
from tests.faults.figures import Row, gather, report, unless
from tests.faults.workers import Loop, wait_for

if TYPE_CHECKING:
    from tests.faults.stage import Stage

PROMISES = (12,)
WORKERS = 4
# The beats nudge once as they start, and each minute from then on.
MINUTE = timedelta(seconds=60)
FINISH_SECONDS = 300.0
HEAD = ("digest", "beats", "loop rounds", "workers", "taken", "sent", "other", "doubles", "seconds")


def play(stage: "Stage", number: int, loop: Loop) -> tuple[Row, list[str]]:
    from accounts.digest import ledger

    rounds, began = loop.rounds, time.monotonic()
    # Due as the second beat's next nudge comes: all three see them at about the same moment.
    stage.begin(ledger.database_now() + timedelta(seconds=5))
    is_over = wait_for(stage.is_over, FINISH_SECONDS)
    # Another minute's nudges find nothing to do.
    time.sleep(MINUTE.total_seconds())
    states, doubles = stage.states(), stage.postbox.doubles()
    sent = states.pop("sent", 0)
    figures = (number, 2, loop.rounds - rounds, WORKERS, len(stage.postbox.mails), sent)
    seconds = round(time.monotonic() - began)
    row = (*map(str, figures), str(dict(states) or "-"), str(doubles), str(seconds))
    return row, [
        *unless(is_over and sent == stage.readers(), f"P12: {sent} sent, {dict(states)}"),
        *unless(not doubles, f"P12: {doubles} doubles"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--digests", type=int, default=2)
    options = parser.parse_args()
    with digest_stage(options.readers) as stage:
        for _number in range(WORKERS):
            stage.crew.worker()
        for _number in range(2):
            stage.crew.beat()
        loop = Loop(stage.crew)
        numbers = range(1, options.digests + 1)
        rows, broken = gather(play(stage, number, loop) for number in numbers)
        loop.ask_to_stop().ended_after(30.0)
    report(HEAD, rows, broken)


if __name__ == "__main__":
    main()
