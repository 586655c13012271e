"""No digest twice and none lost, whoever is killed (RELIABILITY P1, P2).

    python -m tests.faults.digest_kills [--runs 3] [--kills 60] [--readers 2500] [--seed 1]

Two workers send to a slow mail server and are killed with SIGKILL at random moments, each time
with another one in their place; a lease counts as run out as soon as its worker was killed. The
server counts who got what at the final dot. Exits 1 when a promise is broken.
"""

import argparse
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.faults.digest_site import digest_stage
from tests.faults.figures import Row, gather, report, unless

if TYPE_CHECKING:
    from tests.faults.stage import Stage

PROMISES = (1, 2)
PROMISED_RUNS = 20
THREADS = 4
LONGEST_LIFE_SECONDS = 2.0
SLOWEST_SECONDS = 0.35
FINISH_SECONDS = 300.0
HEAD = (
    *(
        "run of those promised",
        "kills",
        "with mail in hand",
        "taken",
        "sent",
        "unknown",
        "skipped",
        "failed",
    ),
    *("doubles", "lost", "attempts", "seconds"),
)


@dataclass
class Killing:
    kills: int = 0
    in_hand: int = 0


def kill_workers(stage: "Stage", kills: int, chance: random.Random) -> Killing:
    """Kill a random one of two workers `kills` times, or until nothing is left to send."""
    from tests.faults.stage import IN_HAND

    done = Killing()
    workers = [stage.crew.worker(threads=THREADS) for _number in range(2)]
    stage.nudge()
    while done.kills < kills and not stage.is_over():
        number = chance.randrange(2)
        workers[number].wait_until_ready()
        time.sleep(chance.uniform(0.0, LONGEST_LIFE_SECONDS))
        workers[number].kill()
        done.kills += 1
        keep_pace(stage, done.kills / kills)
        done.in_hand += bool(stage.count(*IN_HAND))
        workers[number] = stage.crew.worker(threads=THREADS)
        stage.let_leases_run_out()
        stage.nudge()
    return done


def keep_pace(stage: "Stage", killed: float) -> None:
    """Slow the server down, or up, so that mails are left until the last kill."""
    ahead = len(stage.postbox.mails) / stage.readers() / killed
    stage.postbox.slowest_seconds = SLOWEST_SECONDS * min(ahead**3, 10.0)


def play(stage: "Stage", number: int, kills: int, chance: random.Random) -> tuple[Row, list[str]]:
    from accounts.models import Delivery
    from tests.faults.stage import end_all

    began = time.monotonic()
    stage.begin()
    stage.postbox.slowest_seconds = SLOWEST_SECONDS
    done = kill_workers(stage, kills, chance)
    stage.postbox.slowest_seconds = 0.0
    is_over = stage.finish(FINISH_SECONDS)
    end_all(stage.crew.started)
    states, doubles, lost = stage.states(), stage.postbox.doubles(), stage.lost()
    attempts = max(Delivery.objects.values_list("attempts", flat=True))
    of_promised = f"{number} of {PROMISED_RUNS}"
    figures = [of_promised, done.kills, done.in_hand, len(stage.postbox.mails)]
    figures += [states[name] for name in ("sent", "unknown", "skipped", "failed")]
    figures += [doubles, lost, attempts, round(time.monotonic() - began)]
    most = done.kills * THREADS
    broken = [
        *unless(is_over, f"run {number}: issues stayed open: {dict(states)}"),
        *unless(not doubles, f"P1, run {number}: {doubles} doubles"),
        *unless(not lost, f"P2, run {number}: {lost} readers lost"),
        *unless(not stage.sent_but_not_taken(), f"P2, run {number}: sent was never taken"),
        *unless(states["unknown"] <= most, f"P2, run {number}: more than {most} unknown"),
        *unless(done.kills == kills, f"run {number}: all was sent after {done.kills} kills"),
    ]
    return tuple(map(str, figures)), broken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--readers", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311
    with digest_stage(options.readers) as stage:
        numbers = range(1, options.runs + 1)
        rows, broken = gather(play(stage, number, options.kills, chance) for number in numbers)
    print(f"{options.runs} of the {PROMISED_RUNS} runs that P1 promises, each with another chance")
    report(HEAD, rows, broken)


if __name__ == "__main__":
    main()
