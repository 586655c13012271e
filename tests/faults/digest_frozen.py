"""A worker that froze and wakes sends nothing that another one took over (RELIABILITY P4).

    python -m tests.faults.digest_frozen [--rounds 10] [--readers 400] [--seed 1]

A worker is stopped with SIGSTOP at a random word of a random mail, all leases run out, another
worker sends what is left, and the first one wakes. Exits 1 when a reader got two mails, or none.
"""

import argparse
import random
from collections.abc import Callable
from itertools import cycle, islice
from typing import TYPE_CHECKING

from tests.faults.digest_site import digest_stage
from tests.faults.figures import Row, gather, report, unless
from tests.faults.workers import Process, wait_for

if TYPE_CHECKING:
    from tests.faults.stage import Stage

PROMISES = (4,)
PHASES = (b"MAIL", b"RCPT", b"DATA", b"DOT")
FINISH_SECONDS = 60.0
HEAD = ("round", "frozen at", "in its hands", "late yes", "taken", "sent", "unknown", "doubles")


def freezer(worker: Process, phase: bytes, nth: int) -> Callable[[bytes], None]:
    """Freeze `worker` when it comes to `phase` for the nth time, and let it hear the answer."""
    seen = 0

    def look(came: bytes) -> None:
        nonlocal seen
        seen += came == phase
        if came == phase and seen == nth:
            worker.freeze()

    return look


def play(stage: "Stage", number: int, phase: bytes, nth: int) -> tuple[Row, list[str]]:
    from tests.faults.stage import IN_HAND, State

    stage.begin()
    frozen = stage.crew.ready_worker()
    stage.postbox.at = freezer(frozen, phase, nth)
    stage.nudge()
    in_hand = frozen_with(stage, frozen)
    stage.let_leases_run_out()
    other = stage.crew.ready_worker()
    is_over = stage.finish(FINISH_SECONDS, age=False)
    unknown = stage.count(State.UNKNOWN)
    frozen.wake()
    # Asked to stop, each finishes what it has in hand: afterwards nothing more can come.
    for worker in (frozen, other):
        worker.ask_to_stop()
        worker.ended_after(30.0)
    states, doubles = stage.states(), stage.postbox.doubles()
    late_yes = unknown - states["unknown"]
    figures = (number, phase.decode(), in_hand, late_yes, len(stage.postbox.mails))
    row = (*map(str, figures), str(states["sent"]), str(states["unknown"]), str(doubles))
    return row, [
        *unless(is_over and not stage.count(*IN_HAND), f"round {number}: left open: {states}"),
        *unless(not doubles, f"P4, round {number}: {doubles} doubles"),
        *unless(not stage.lost(), f"P2, round {number}: {stage.lost()} readers lost"),
        *unless(not stage.sent_but_not_taken(), f"P4, round {number}: sent was never taken"),
    ]


def frozen_with(stage: "Stage", worker: Process) -> int:
    """Wait until `worker` is stopped; return how many issues it holds."""
    from tests.faults.stage import IN_HAND

    assert wait_for(worker.is_frozen), worker.log.read_text()
    stage.postbox.at = lambda phase: None
    return stage.count(*IN_HAND)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--readers", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311
    with digest_stage(options.readers) as stage:
        rows, broken = gather(
            play(stage, number, phase, chance.randrange(1, options.readers // 2))
            for number, phase in enumerate(islice(cycle(PHASES), options.rounds), start=1)
        )
    report(HEAD, rows, broken)


if __name__ == "__main__":
    main()
