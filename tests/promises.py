"""Which test shows which promise of the reliability list, and which promise has none.

    python -m tests.promises        (make promises)

Collects the tests as pytest does, without running any, and reads what the long runs of
tests/faults name as their PROMISES. `--files` lists the files as well. After long runs
(`make test-faults`) the same table has what each found.
"""

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from tests.faults.figures import Outcome

TESTS = Path(__file__).parent
NAMES = (
    "No reader gets two digests for a date",
    "No digest is lost silently",
    "Each step of sending is safe",
    "A worker that froze and wakes sends nothing twice",
    "A mail server that refuses loses nobody",
    "A refusal of one reader harms no other",
    "A final dot without reply is unknown, and told",
    "Digests are on time",
    "Clock changes: one issue for each date",
    "A reader moves zone or hour at any minute",
    "A machine that slept sends one issue",
    "Two schedulers and four workers",
    "Broker down, or wiped",
    "Worker alive but deaf",
    "A poison task is parked",
    "Database down and back",
    "Postgres under load",
    "Disk full",
    "Sources are asked politely",
    "Sources that fail: back off and come back",
    "Wrong validators",
    "Hostile bodies",
    "Entity attacks",
    "No address inside is fetched",
    "Redirects",
    "Reading twice stores once",
    "No script in stored text runs",
    "htmx cannot be smuggled in",
    "CSRF",
    "GET changes nothing",
    "No open redirect",
    "Nobody reaches what is another's",
    "Share links",
    "Nobody learns who has an account",
    "Limits behind a proxy",
    "Sessions",
    "Mail injection",
    "Exports are harmless and come back equal",
    "Unsubscribe",
    "Headers of mails",
    "A reader's own data: export and deletion",
    "Backup and restore",
    "Upgrade under load",
    "A stop leaves nobody in doubt",
    "Soak",
    "The site knows its own state",
    "No third party",
    "No feed is stuck after a crash",
)
Found = dict[int, Counter[str]]
HELD = {True: "held", False: "NOT HELD", None: "skipped"}


class Collector:
    """Counts the tests of each promise by file, after pytest collected them."""

    def __init__(self) -> None:
        self.found: Found = defaultdict(Counter)

    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        for item in items:
            # A mark may stand on the test and on its module.
            for number in {mark.args[0] for mark in item.iter_markers("promise")}:
                self.found[number][str(item.path.relative_to(TESTS))] += 1


def collect() -> Found:
    """Return for each promise how many tests of which files bear its mark."""
    collector = Collector()
    with redirect_stdout(StringIO()):
        status = pytest.main(["--collect-only", "--quiet", str(TESTS)], plugins=[collector])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        sys.exit("The tests cannot be collected; pytest says why: pytest --collect-only")
    return collector.found


def long_runs() -> dict[int, list[str]]:
    """Return for each promise the modules of tests/faults that name it."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted((TESTS / "faults").glob("*.py")):
        for number in named_in(path.read_text()):
            found[number].append(path.stem)
    return found


def named_in(source: str) -> tuple[int, ...]:
    """Return the module's PROMISES, read without running it."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PROMISES":
            numbers: tuple[int, ...] = ast.literal_eval(node.value)
            return numbers
    return ()


def table(
    found: Found,
    runs: dict[int, list[str]],
    *,
    with_files: bool = False,
    outcomes: Sequence[Outcome] = (),
) -> list[str]:
    """Return the lines of the table, and which promises have neither test nor run."""
    told = Told(outcomes)
    lines = [f"{'':>4}{'promise':<52}{'tests':>6}  long runs"]
    for number, name in enumerate(NAMES, start=1):
        tests = found[number].total() if number in found else 0
        said = tests or ("" if number in runs else "none")
        lines.append(f"{f'P{number}':<4}{name:<52}{said:>6}  {', '.join(runs.get(number, []))}")
        if with_files and number in found:
            lines += [f"{'':<6}{count:>4}  {path}" for path, count in sorted(found[number].items())]
        lines += [line for run in runs.get(number, []) for line in told.of(run)]
    lines += told.rest()
    numbers = range(1, len(NAMES) + 1)
    without = [f"P{number}" for number in numbers if number not in found and number not in runs]
    lines.append(f"{len(NAMES) - len(without)} of {len(NAMES)} have a test or a long run.")
    if without:
        lines.append(f"None: {', '.join(without)}.")
    return lines + _count(outcomes)


class Told:
    """What each run found, its figures once: a run may show several promises, or none."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self._known = {outcome.run: outcome for outcome in outcomes}
        self._told: set[str] = set()

    def of(self, run: str) -> list[str]:
        """Whether it held, and what it measured; nothing of one that was not run."""
        outcome = self._known.get(run)
        if outcome is None:
            return []
        said = [f"{'':<6}{run}: {HELD[outcome.is_held]}"]
        if run in self._told:
            return [f"{said[0]} (figures above)"]
        self._told.add(run)
        said += [f"{'':<8}{line}" for line in outcome.figures]
        return said + [f"{'':<8}! {line}" for line in outcome.broken]

    def rest(self) -> list[str]:
        """Those that show none of the promises."""
        return [line for run in self._known if run not in self._told for line in self.of(run)]


def _count(outcomes: Sequence[Outcome]) -> list[str]:
    counts = Counter(HELD[outcome.is_held] for outcome in outcomes)
    told = ", ".join(f"{count} {word}" for word, count in counts.items())
    return [f"Long runs: {told}."] if outcomes else []


def main() -> None:
    lines = table(collect(), long_runs(), with_files="--files" in sys.argv[1:])
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
