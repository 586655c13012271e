"""SIGTERM to a whole site in the middle of a digest leaves nobody in doubt (RELIABILITY P44).

    python -m tests.faults.site_stop [--port N] [--rounds 3] [--readers 60] [--seed 1]

The mail server takes up to 16 s for a mail, longer than a process gets that has none in hand. The
site is stopped at a random moment as a machine that shuts down stops it, and started again. Exits 1
when it took more than 30 s, or when an issue is unknown, was never sent, or came twice.
"""

import argparse
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection

from tests.faults.figures import Row, gather, report, unless
from tests.faults.postbox import Postbox, open_postbox
from tests.faults.site_stage import FINISH_SECONDS, make_due, make_stage, site_environment
from tests.faults.whole_site import Site, free_port, new_folder, seconds_until, site_in

if TYPE_CHECKING:
    from tests.faults.stage import Stage

PROMISES = (44,)
LONGEST_STOP_SECONDS = 30.0
SLOWEST_SECONDS = 8.0  # twice a mail
BEGUN_SECONDS = 120.0
HEAD = ("round", "taken before", "stopped after s", "unknown", "sent", "doubles")


class Rounds:
    """Stop and start one site again and again, in one folder."""

    def __init__(self, var: Path, postbox: Postbox, options: argparse.Namespace) -> None:
        self.var, self.postbox, self.options = var, postbox, options
        self.chance = random.Random(options.seed)  # noqa: S311
        self._stage: Stage | None = None

    def play(self, number: int) -> tuple[Row, list[str]]:
        with site_in(self.var, self.options.port, **site_environment(self.postbox)) as site:
            self._stage = self._stage or make_stage(site, self.postbox, self.options.readers)
            stage = self._stage
            self.postbox.slowest_seconds = SLOWEST_SECONDS
            make_due(stage)
            begun = seconds_until(lambda: bool(self.postbox.mails), BEGUN_SECONDS)
            time.sleep(self.chance.uniform(0.0, 8.0))
            taken = len(self.postbox.mails)
            connection.close()
            took = stop(site)
        self.postbox.slowest_seconds = 0.0
        with site_in(self.var, self.options.port, **site_environment(self.postbox)):
            stage.let_leases_run_out()
            is_over = seconds_until(stage.is_over, FINISH_SECONDS) is not None
            states, doubles = stage.states(), self.postbox.doubles()
            connection.close()
        figures = (number, taken, f"{took:.1f}", states["unknown"], states["sent"], doubles)
        return tuple(map(str, figures)), [
            *unless(
                begun is not None and taken < self.options.readers, f"{taken} sent: not midway"
            ),
            *unless(took <= LONGEST_STOP_SECONDS, f"P44: it stopped after {took:.1f} s"),
            *unless(is_over and states["sent"] == self.options.readers, f"P44: {dict(states)}"),
            *unless(not doubles, f"P1: {doubles} doubles"),
        ]


def stop(site: Site) -> float:
    """Return after how many seconds it ended, endless where it did not."""
    began = time.monotonic()
    site.process.send_signal(signal.SIGTERM)
    try:
        site.process.wait(2 * LONGEST_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        return float("inf")
    return time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="a free one without it")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--readers", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.port = options.port or free_port()
    with open_postbox() as postbox, new_folder() as var:
        rounds = Rounds(var, postbox, options)
        rows, broken = gather(rounds.play(number) for number in range(1, options.rounds + 1))
    report(HEAD, rows, broken)


if __name__ == "__main__":
    main()
