"""Which test shows which promise of the reliability list, and which promise has none.

    python -m tests.promises        (make promises)

Collects the tests as pytest does, without running any, and reads what the long runs of
tests/faults name as their PROMISES. Shown that may be left out (conditional.py) are counted apart,
and what nothing else shows is named at the end. `--files` lists the files as well. After long
runs (`make test-faults`) the same table has what each found.
"""

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest

from tests.conditional import conditions
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


@dataclass
class Shown:
    """A promise's tests by file: those that `make test` always plays, and those that it may not.

    `why` counts the reasons of the latter.
    """

    always: Counter[str] = field(default_factory=Counter)
    maybe: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)


Found = dict[int, Shown]
HELD = {True: "held", False: "NOT HELD", None: "skipped"}


class Collector:
    """Counts the tests of each promise by file, after pytest collected them."""

    def __init__(self) -> None:
        self.found: Found = defaultdict(Shown)

    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        for item in items:
            # A mark may stand on the test and on its module.
            for number in {mark.args[0] for mark in item.iter_markers("promise")}:
                self._count(self.found[number], item)

    def _count(self, tests: Shown, item: pytest.Item) -> None:
        why = conditions(item)
        tests.why.update(why)
        (tests.maybe if why else tests.always)[str(item.path.relative_to(TESTS))] += 1


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


def may_skip(run: str) -> bool:
    """Whether a long run skips where its machine cannot play it."""
    path = TESTS / "faults" / f"{run}.py"
    return path.exists() and "skip" in _called_in(path.read_text())


def _called_in(source: str) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return {ast.unparse(call.func) for call in calls}


def table(
    found: Found,
    runs: dict[int, list[str]],
    *,
    with_files: bool = False,
    outcomes: Sequence[Outcome] = (),
) -> list[str]:
    """Return the lines of the table, and which promises no test shows that is always played."""
    told = Told(outcomes)
    lines = [f"{'':>4}{'promise':<52}{'tests':>6}{'maybe':>6}  long runs"]
    for number, name in enumerate(NAMES, start=1):
        tests = found.get(number, Shown())
        always, maybe = tests.always.total() or "", tests.maybe.total() or ""
        said = always if always or maybe or number in runs else "none"
        named = ", ".join(_starred(run) for run in runs.get(number, []))
        lines.append(f"{f'P{number}':<4}{name:<52}{said:>6}{maybe:>6}  {named}".rstrip())
        if with_files:
            lines += _files(tests)
        lines += [line for run in runs.get(number, []) for line in told.of(run)]
    return [*lines, *told.rest(), *_conclusion(found, runs), *_count(outcomes)]


def _starred(run: str) -> str:
    return f"{run}*" if may_skip(run) else run


def _files(tests: Shown) -> list[str]:
    """A line for each file: tests that are always played, those that may be left out."""
    paths = sorted(tests.always | tests.maybe)
    return [f"{'':<6}{tests.always[path]:>4}{tests.maybe[path]:>4}  {path}" for path in paths]


def _conclusion(found: Found, runs: dict[int, list[str]]) -> list[str]:
    """How many promises have a test that is always played, and what the others have instead."""
    others = [n for n in range(1, len(NAMES) + 1) if not found.get(n, Shown()).always]
    lines = [
        "maybe: tests that may be left out; *: skips where its machine cannot play it.",
        f"{len(NAMES) - len(others)} of {len(NAMES)} have a test that make test always plays.",
    ]
    shown = [number for number in others if number in found or number in runs]
    if shown:
        lines.append("Shown only by tests that may be left out, or by long runs:")
        lines += [f"{f'P{n}':<4}{_instead(found.get(n), runs.get(n, []))}" for n in shown]
    if none := [f"P{number}" for number in others if number not in shown]:
        lines.append(f"None: {', '.join(none)}.")
    return lines


def _instead(tests: Shown | None, runs: list[str]) -> str:
    said = [f"{count} tests: {why}" for why, count in tests.why.items()] if tests else []
    return "; ".join([*said, *(f"long run {_starred(run)}" for run in runs)])


def kind_of_result(outcome: Outcome) -> str:
    """Return the word by which results are counted: what was played in part shows no whole."""
    is_partly_held = outcome.is_held and outcome.part
    return "held in part" if is_partly_held else HELD[outcome.is_held]


def result(outcome: Outcome) -> str:
    """Return whether it held, and in how much of what the promise asks for."""
    kind = kind_of_result(outcome)
    return f"{kind}: {outcome.part}" if outcome.part else kind


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
        said = [f"{'':<6}{run}: {result(outcome)}"]
        if run in self._told:
            return [f"{said[0]} (figures above)"]
        self._told.add(run)
        said += [f"{'':<8}{line}" for line in outcome.figures]
        return said + [f"{'':<8}! {line}" for line in outcome.broken]

    def rest(self) -> list[str]:
        """Those that show none of the promises."""
        return [line for run in self._known if run not in self._told for line in self.of(run)]


def _count(outcomes: Sequence[Outcome]) -> list[str]:
    counts = Counter(map(kind_of_result, outcomes))
    told = ", ".join(f"{count} {word}" for word, count in counts.items())
    return [f"Long runs: {told}."] if outcomes else []


def main() -> None:
    lines = table(collect(), long_runs(), with_files="--files" in sys.argv[1:])
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
