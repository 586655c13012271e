"""Sixty recorded days read twice: once in peace, once with outages and killed workers.

    python -m tests.faults.outages [--days 60] [--kills 20]

In the second run the origin is away for three days, twice, and the worker is killed with SIGKILL
at random moments. Prints what each run stored and in what they differ; exits 1 when the papers are
not the same, or a paper was not announced whose day the nightly repair could tell. Needs the
recorded papers (BROADSHEET_SHARED_DATA).
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.site import PAPERS, PROJECT, SHARED, running_site
from tests.faults.figures import finish, skip, unless
from tests.origin import Origin
from tests.origin.library import Library, OriginPaper

PROMISES = (20,)
FIRST = date(2026, 3, 2)
OUTAGE_DAYS = 3
SHOWN = 5
# From a submission to its day: papers.feeds.arxiv_oai has the same, whom Django must be set up for.
LONGEST_WAY = timedelta(days=14)
# UTC, and whether the origin still shows the day before: the feed's new day, noon, the repair.
READINGS = ((6, 0), (16, 0), (28, 20))


@dataclass
class Run:
    name: str
    kills: int = 0
    outages: tuple[int, ...] = ()
    papers: dict[str, dict[str, Any]] = field(default_factory=dict)
    seconds: float = 0.0


class Worker:
    """The reader process; killing it loses its leases' clock, so they are taken to have run out."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "tests.faults.reader"]
        return subprocess.Popen(
            command,
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def send(self, command: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def wait(self) -> None:
        assert self.process.stdout
        if self.process.stdout.readline().strip() != "done":
            raise SystemExit("The reader failed; run it by hand: python -m tests.faults.reader")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = self._start()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def playing(origin: Origin, *, is_away: bool) -> Iterator[None]:
    """The origin on its port, or nobody there."""
    if is_away:
        origin.stop()
    try:
        yield
    finally:
        if is_away:
            origin.start()


def read_days(run: Run, days: int, worker: Worker, origin: Origin) -> None:
    chance = random.Random(20260302)  # noqa: S311 - the same moments in every run
    doomed = set(chance.sample(range(days * len(READINGS)), run.kills))
    away = {first + n for first in run.outages for n in range(OUTAGE_DAYS)}
    for number in range(days):
        origin.day = FIRST + timedelta(days=number)
        begin = datetime.combine(origin.day, datetime.min.time(), UTC)
        with playing(origin, is_away=number in away):
            for turn, (hours, minutes) in enumerate(READINGS):
                moment = begin + timedelta(hours=hours, minutes=minutes)
                worker.send(f"read {moment.isoformat()}")
                if number * len(READINGS) + turn in doomed:
                    time.sleep(chance.uniform(0.0, 1.5))
                    worker.kill()
                    worker.send("wait")
                    worker.wait()
                    worker.send(f"read {moment.isoformat()}")
                worker.wait()
        print(f"\r{run.name}: day {number + 1} of {days}", end="", flush=True)
    print()


def play(run: Run, days: int) -> None:
    began = time.monotonic()
    with (
        running_site(None),
        Origin(papers_path=PAPERS, hf_directory=SHARED / "hf_daily", day=FIRST) as origin,
    ):
        environment = os.environ | origin.environment
        environment |= {
            "ARXIV_SPACING_SECONDS": "0",
            "ARXIV_LIST_SPACING_SECONDS": "0",
            "GITHUB_STARS": "no",
            "LOG_LEVEL": "ERROR",
        }
        worker = Worker(environment)
        try:
            read_days(run, days, worker, origin)
            with tempfile.NamedTemporaryFile(suffix=".jsonl") as dumped:
                worker.send(f"dump {dumped.name}")
                worker.wait()
                lines = Path(dumped.name).read_text().splitlines()
        finally:
            worker.stop()
    run.papers = {paper["arxiv_id"]: paper for paper in map(json.loads, lines)}
    run.seconds = time.monotonic() - began


def is_dated(paper: OriginPaper | None) -> bool:
    """Whether its day follows from what the repair tells of it.

    That is when it was submitted. Of replacements it does not tell when they were listed, and no
    day follows from a submission months before (held back by moderators) or, as some of the
    recorded ones, after the day.
    """
    if paper is None or paper.announced_on is None or paper.is_replacement:
        return False
    submitted = date.fromisoformat(paper.published[:10]) if paper.published else paper.announced_on
    return timedelta(0) <= paper.announced_on - submitted <= LONGEST_WAY


def compare(calm: Run, stormy: Run, library: Library) -> tuple[list[str], bool]:
    """Return what differs, in words, and whether the papers are the same."""
    missing = calm.papers.keys() - stormy.papers.keys()
    added = stormy.papers.keys() - calm.papers.keys()
    both = calm.papers.keys() & stormy.papers.keys()
    names = ("title", "abstract", "authors", "comment", "version", "categories")
    changed = {
        name: [key for key in both if calm.papers[key][name] != stormy.papers[key][name]]
        for name in names
    }
    moved = [
        key for key in both if calm.papers[key]["announced"] != stormy.papers[key]["announced"]
    ]
    unknown = [
        key
        for key in moved
        if not stormy.papers[key]["announced"] and not is_dated(library.get(key))
    ]
    moved = [key for key in moved if key not in unknown]
    said = [
        f"{run.name}: {len(run.papers):,} papers in {run.seconds:.0f} s" for run in (calm, stormy)
    ]
    said.append(f"missing {len(missing)}, added {len(added)}, announced otherwise {len(moved)}")
    said.append(f"not announced, of which the repair tells no day: {len(unknown)}")
    # Shown and not kept: the kept figures go into a page of the project, recorded data do not.
    for key in (*unknown[:SHOWN], *moved[:SHOWN]):
        days = [each.papers[key]["announced"] for each in (calm, stormy)]
        print(f"{key} announced {days[0]}, {stormy.name} {days[1]}")
    for name, keys in changed.items():
        said.append(f"another {name}: {len(keys)}")
        if keys:
            print(f"another {name}: {keys[:SHOWN]}")
    differ = missing or added or moved or any(changed.values())
    return said, bool(calm.papers) and not differ


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--kills", type=int, default=20)
    options = parser.parse_args()
    if not PAPERS.exists():
        skip(f"The recorded papers are not at {PAPERS}.")
    calm = Run("in peace")
    stormy = Run("with faults", options.kills, (options.days // 4, options.days // 2))
    for run in (calm, stormy):
        play(run, options.days)
    said, is_same = compare(calm, stormy, Library.load(PAPERS))
    print("\n".join(said))
    finish(said, unless(is_same, "P20: the papers are not the same"))


if __name__ == "__main__":
    main()
