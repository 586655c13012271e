"""No digest twice and none lost, whoever is killed (RELIABILITY P1, P2).

    python -m tests.faults.digest_kills [--runs 3] [--kills 60] [--readers 2500] [--seed N]

Two workers send to a slow mail server and are killed with SIGKILL at random moments, each time
with another one in their place; a lease counts as run out as soon as its worker was killed. The
server counts who got what at the final dot. P1 is promised of twenty runs: each has a seed of its
own, the first N or any, so that fewer runs are not the same few each time. Exits 1 when a promise
is broken.
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
SEEDS = 1_000_000
THREADS = 4
LONGEST_LIFE_SECONDS = 2.0
SLOWEST_SECONDS = 0.35
FINISH_SECONDS = 300.0
HEAD = (
    *(
        "seed",
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


def play(stage: "Stage", seed: int, kills: int) -> tuple[Row, list[str]]:
    from accounts.models import Delivery
    from tests.faults.stage import end_all

    began = time.monotonic()
    stage.begin()
    stage.postbox.slowest_seconds = SLOWEST_SECONDS
    done = kill_workers(stage, kills, random.Random(seed))  # noqa: S311
    stage.postbox.slowest_seconds = 0.0
    is_over = stage.finish(FINISH_SECONDS)
    end_all(stage.crew.started)
    states, doubles, lost = stage.states(), stage.postbox.doubles(), stage.lost()
    attempts = max(Delivery.objects.values_list("attempts", flat=True))
    figures = [seed, done.kills, done.in_hand, len(stage.postbox.mails)]
    figures += [states[name] for name in ("sent", "unknown", "skipped", "failed")]
    figures += [doubles, lost, attempts, round(time.monotonic() - began)]
    most = done.kills * THREADS
    broken = [
        *unless(is_over, f"seed {seed}: issues stayed open: {dict(states)}"),
        *unless(not doubles, f"P1, seed {seed}: {doubles} doubles"),
        *unless(not lost, f"P2, seed {seed}: {lost} readers lost"),
        *unless(not stage.sent_but_not_taken(), f"P2, seed {seed}: sent was never taken"),
        *unless(states["unknown"] <= most, f"P2, seed {seed}: more than {most} unknown"),
        *unless(done.kills == kills, f"seed {seed}: all was sent after {done.kills} kills"),
    ]
    return tuple(map(str, figures)), broken


def choose_seeds(first: int | None, runs: int) -> range:
    """Return a seed for each run, others each time unless `first` is given."""
    begin = random.SystemRandom().randrange(SEEDS) if first is None else first
    return range(begin, begin + runs)


def part_of_promise(seeds: range) -> str:
    """Return which part of the promised runs these are, "" for all."""
    if len(seeds) >= PROMISED_RUNS:
        return ""
    return f"{len(seeds)} of {PROMISED_RUNS} runs (seeds {', '.join(map(str, seeds))})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--readers", type=int, default=2500)
    parser.add_argument("--seed", type=int, help="of the first run; any without it")
    options = parser.parse_args()
    seeds = choose_seeds(options.seed, options.runs)
    with digest_stage(options.readers) as stage:
        rows, broken = gather(play(stage, seed, options.kills) for seed in seeds)
    report(HEAD, rows, broken, part=part_of_promise(seeds))


if __name__ == "__main__":
    main()
