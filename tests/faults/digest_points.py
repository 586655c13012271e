"""Each step of sending is safe: killed at a named point, it ends as it must (RELIABILITY P3).

    python -m tests.faults.digest_points [--rounds 3]

At each point a worker is killed with SIGKILL, another one is started, and the issue must come to
exactly the state, the mails and the attempts that tests/faults/points.py states. Exits 1 if not.
"""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.faults.digest_site import digest_stage
from tests.faults.figures import Row, gather, report, unless
from tests.faults.points import POINTS, Point, ending, expected, kill_at

if TYPE_CHECKING:
    from tests.faults.stage import Stage

PROMISES = (3,)
FINISH_SECONDS = 60.0
HEAD = ("killed", "left as", "ended as", "mails taken", "attempts", "as it must")


def play(stage: "Stage", point: Point) -> tuple[str, int, int]:
    stage.begin()
    kill_at(stage, point)
    after = stage.crew.ready_worker(threads=1)
    stage.let_leases_run_out()
    stage.finish(FINISH_SECONDS, age=False)
    # A round more: what ended must stay as it is.
    stage.nudge()
    after.ask_to_stop()
    after.ended_after(30.0)
    return ending(stage)


def rounds(stage: "Stage", count: int) -> Iterator[tuple[Row, list[str]]]:
    for point in POINTS:
        ends = [play(stage, point) for _round in range(count)]
        good = ends.count(expected(point))
        state, taken, attempts = ends[-1]
        row = (point.name, point.left, state, str(taken), str(attempts), f"{good} of {count}")
        yield row, unless(good == count, f"P3, {point.name}: ended as {set(ends)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with digest_stage(1) as stage:
        rows, broken = gather(rounds(stage, options.rounds))
    report(HEAD, rows, broken)


if __name__ == "__main__":
    main()
