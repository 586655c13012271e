"""SIGTERM to everything in the middle of a digest leaves nobody in doubt (RELIABILITY P44).

    python -m tests.faults.digest_stop [--rounds 5] [--readers 800] [--seed 1]

Two workers, a beat and the loop command send to a slow server, to which a chunk of a hundred takes
longer than a stop may. All are asked to stop at a random moment; what they leave then has every
lease run out. Exits 1 when one needs more than 30 s, or an issue is unknown, or is never sent.
"""

import argparse
import random
import time
from typing import TYPE_CHECKING

from tests.faults.digest_site import digest_stage
from tests.faults.figures import Row, gather, report, unless
from tests.faults.workers import Loop, Process, wait_for

if TYPE_CHECKING:
    from tests.faults.stage import Stage

PROMISES = (44,)
LONGEST_STOP_SECONDS = 30.0
SLOWEST_SECONDS = 0.8  # twice a mail: a chunk takes 80 s
FINISH_SECONDS = 300.0
HEAD = ("round", "taken before", "stopped after s", "in hand", "unknown", "sent", "doubles")


def stop_all(processes: list[Process], loop: Loop) -> tuple[float, list[Process]]:
    """Return after how many seconds the last one ended, and those that did not in 30 s."""
    began = time.monotonic()
    for process in processes:
        process.ask_to_stop()
    everyone = [loop.ask_to_stop(), *processes]
    deadline = began + LONGEST_STOP_SECONDS
    late = [one for one in everyone if one.ended_after(deadline - time.monotonic()) is None]
    return time.monotonic() - began, late


def play(stage: "Stage", number: int, chance: random.Random) -> tuple[Row, list[str]]:
    from tests.faults.stage import IN_HAND, State

    stage.postbox.slowest_seconds = SLOWEST_SECONDS
    stage.begin()
    processes = [stage.crew.worker(), stage.crew.worker(), stage.crew.beat()]
    loop = Loop(stage.crew)
    assert wait_for(lambda: stage.postbox.mails), processes[0].log.read_text()
    time.sleep(chance.uniform(0.0, 8.0))
    taken = len(stage.postbox.mails)
    took, late = stop_all(processes, loop)
    in_hand = stage.count(*IN_HAND)
    stage.let_leases_run_out()
    stage.postbox.slowest_seconds = 0.0
    worker = stage.crew.worker()
    is_over = stage.finish(FINISH_SECONDS, age=False)
    worker.kill()
    states, doubles = stage.states(), stage.postbox.doubles()
    unknown = stage.count(State.UNKNOWN)
    figures = (number, taken, f"{took:.1f}", in_hand, unknown, states["sent"], doubles)
    row = tuple(map(str, figures))
    return row, [
        *(f"P44: did not stop in 30 s: {one.log.read_text()}" for one in late),
        *unless(not unknown and not in_hand, f"P44: {unknown} unknown, {in_hand} left in hand"),
        *unless(is_over and states["sent"] == stage.readers(), f"P44: {dict(states)}"),
        *unless(not doubles, f"P1: {doubles} doubles"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--readers", type=int, default=800)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311
    with digest_stage(options.readers) as stage:
        numbers = range(1, options.rounds + 1)
        rows, broken = gather(play(stage, number, chance) for number in numbers)
    report(HEAD, rows, broken)


if __name__ == "__main__":
    main()
