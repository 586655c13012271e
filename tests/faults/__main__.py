"""All long runs, one after the other, and the table of all promises with their figures.

    python -m tests.faults [--figures FOLDER] [--write FILE] [NAME ...]        (make test-faults)
    python -m tests.faults --figures FOLDER --write FILE --only-write [--commit HASH]

A run that fails lets the others go on; at the end this exits 1. NAME chooses runs, all without;
FOLDER is where each leaves its figures (figures.py). Ctrl-C ends the run in hand and shows the
table of those before it. FILE is a page (docs/faults.md) of all figures in FOLDER, also of those
that were played before; with `--only-write` nothing is played now. HASH is the commit of figures
that say none.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from benchmarks.site import PROJECT
from tests import promises
from tests.faults import figures, page
from tests.faults.figures import Outcome

# The module and its options, in the order in which they run.
RUNS: dict[str, tuple[str, ...]] = {
    "limits": (),
    "enumeration": ("--times", "300"),
    "stuck_feeds": (),
    "outages": (),
    "names_itself": (),
    "poison": (),
    "broker_away": (),
    "database_away": (),
    "database_under_load": (),
    "disk_full": (),
    "follower_kills": ("--papers", "20000"),
    "digest_points": (),
    "digest_frozen": (),
    "digest_smtp": (),
    "digest_refused": (),
    "digest_schedulers": (),
    "digest_stop": (),
    "site_stop": (),
    "digest_on_time": (),
    "digest_kills": ("--runs", "3"),
    "migrate_under_load": (),
    "soak": (),
}


def play(name: str, folder: Path) -> Outcome:
    """Run one to its end and return what it kept; not held where its exit says otherwise."""
    print(f"\n=== {' '.join((name, *RUNS[name]))}", flush=True)
    began, commit = time.monotonic(), figures.commit_here()
    code = subprocess.run(
        [sys.executable, "-m", f"tests.faults.{name}", *RUNS[name]],
        cwd=PROJECT,
        env={**os.environ, figures.VARIABLE: str(folder)},
        check=False,
    ).returncode
    took = time.monotonic() - began
    found = judge(figures.read(folder, name), name, code)
    found = figures.stamped(found, commit=commit, seconds=took)
    # Also of a run that left nothing, or ended badly after its figures.
    figures.keep(folder, found)
    print(f"=== {name}: {promises.result(found)}, {took:.0f} s")
    return found


def judge(kept: Outcome | None, name: str, code: int) -> Outcome:
    """Return what to believe of a run that left `kept` and ended with `code`."""
    if kept is None:
        return Outcome(name, False, [], [f"It ended with code {code} and left no figures."])
    if code and kept.is_held is not False:
        why = f"It ended with code {code} after its figures."
        return replace(kept, is_held=False, broken=[*kept.broken, why])
    return kept


def play_all(names: Sequence[str], folder: Path) -> list[Outcome]:
    found: list[Outcome] = []
    try:
        for name in names:
            # Figures of an earlier time must not be taken for this one's.
            (folder / f"{name}.json").unlink(missing_ok=True)
            found.append(play(name, folder))
    except KeyboardInterrupt:
        left = names[len(found) :]
        found += [Outcome(name, False, [], ["It was not run to its end."]) for name in left]
    return found


@contextmanager
def folder_of(given: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="broadsheet-figures-") as temporary:
        folder = (given or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        yield folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(RUNS)}")
    parser.add_argument("--figures", type=Path, help="the folder for the figures")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the page to write")
    parser.add_argument("--only-write", action="store_true", help="play nothing")
    parser.add_argument("--commit", default=figures.UNKNOWN, help="of figures that say none")
    options = parser.parse_args()
    if unknown := set(options.names) - RUNS.keys():
        parser.error(f"There is no run {', '.join(sorted(unknown))}.")
    if options.only_write and (options.names or not (options.write and options.figures)):
        parser.error("--only-write goes with --figures and --write, and without names.")
    with folder_of(options.figures) as folder:
        found = [] if options.only_write else play_all(options.names or list(RUNS), folder)
        if options.write:
            write(options.write, folder, options.commit)
    if not options.only_write:
        tell(found)


def write(file: Path, folder: Path, commit: str) -> None:
    kept = page.kept_in(folder, RUNS, commit=commit)
    if not kept:
        sys.exit(f"There are no figures in {folder}.")
    file.write_text(page.page(list(RUNS), kept, promises.long_runs()))


def tell(found: Sequence[Outcome]) -> NoReturn:
    """Print the table of all promises; end the process with 1 when a run did not hold."""
    print()
    table = promises.table(promises.collect(), promises.long_runs(), outcomes=found)
    print("\n".join(table))
    sys.exit(1 if any(outcome.is_held is False for outcome in found) else 0)


if __name__ == "__main__":
    main()
