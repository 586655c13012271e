"""What a long run found: printed, and kept for the table of all promises (`make test-faults`).

BROADSHEET_FIGURES names the folder in which each run leaves one line of JSON; without it nothing is
kept. A run that ended without such a line is taken as not held (tests/faults/__main__.py).
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from benchmarks import pace
from benchmarks.site import PROJECT, print_table

VARIABLE = "BROADSHEET_FIGURES"
UNKNOWN = "unknown"
_BEGAN = time.monotonic()
Row = tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """`is_held` is None where this machine could not play the run; `broken` says what was not kept.

    `figures` has a line for each thing that was measured; `part` says how much of a promise that
    asks for more was played. The rest says on what that was: the commit, the day it ended (UTC,
    2026-03-02), the seconds it took, the machine's pace after it.
    """

    run: str
    is_held: bool | None
    figures: list[str]
    broken: list[str]
    part: str = ""
    commit: str = field(default=UNKNOWN, compare=False)
    date: str = field(default=UNKNOWN, compare=False)
    seconds: float | None = field(default=None, compare=False)
    pace: str = field(default=UNKNOWN, compare=False)


def report(head: Row, rows: list[Row], broken: list[str], *, part: str = "") -> NoReturn:
    """Print the figures and what was not kept; end the process with 1 when that is anything."""
    print_table(head, rows)
    finish([_in_words(head, row) for row in rows], broken, part=part)


def finish(figures: list[str], broken: list[str], *, part: str = "") -> NoReturn:
    """Keep the figures, which were printed, and say what was not kept; end the process."""
    for promise in broken:
        print(f"BROKEN: {promise}")
    _keep(Outcome(_run(), not broken, figures, broken, part))
    sys.exit(1 if broken else 0)


def skip(why: str) -> NoReturn:
    """Say that this machine cannot play the run; end the process with 0."""
    print(f"SKIPPED: {why}")
    _keep(Outcome(_run(), None, [], [why]))
    sys.exit(0)


def unless(kept: bool, otherwise: str) -> list[str]:
    """Return what to report: nothing when `kept`."""
    return [] if kept else [otherwise]


def gather(rounds: Iterable[tuple[Row, list[str]]]) -> tuple[list[Row], list[str]]:
    """Print each round's figures as they come; return them all, and all that was not kept."""
    rows, broken = [], []
    for row, found in rounds:
        print(", ".join(row), flush=True)
        rows.append(row)
        broken += found
    return rows, broken


def read(folder: Path, run: str) -> Outcome | None:
    """Return what a run kept in `folder`, None where it kept nothing.

    Figures that were kept before they had a date are of their file's.
    """
    file = _file(folder, run)
    try:
        found = Outcome(**json.loads(file.read_text()))
    except FileNotFoundError:
        return None
    return found if found.date != UNKNOWN else replace(found, date=_day(file.stat().st_mtime))


def keep(folder: Path, outcome: Outcome) -> None:
    _file(folder, outcome.run).write_text(json.dumps(asdict(outcome)) + "\n")


def stamped(outcome: Outcome, *, commit: str, seconds: float) -> Outcome:
    """Return it with what it was found on, now."""
    measured = pace.measure(["Python"])
    cpu, wall = measured.cpu["Python"], measured.wall["Python"]
    said = f"{cpu:.2f} ({wall:.2f}), load {measured.load:.1f}"
    day = _day(time.time())
    return replace(outcome, commit=commit, date=day, seconds=round(seconds, 1), pace=said)


def commit_here() -> str:
    """Return the short hash, with `-dirty` where files differ from it; "unknown" without git."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return UNKNOWN
    return done.stdout.strip()


def _in_words(head: Sequence[str], row: Sequence[str]) -> str:
    others = ", ".join(f"{name} {cell}" for name, cell in zip(head[1:], row[1:], strict=True))
    return f"{head[0]} {row[0]}: {others}"


def _keep(outcome: Outcome) -> None:
    if folder := os.environ.get(VARIABLE):
        took = time.monotonic() - _BEGAN
        keep(Path(folder), stamped(outcome, commit=commit_here(), seconds=took))


def _day(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, UTC).date().isoformat()


def _file(folder: Path, run: str) -> Path:
    return folder / f"{run}.json"


def _run() -> str:
    return Path(sys.argv[0]).stem
