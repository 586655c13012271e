"""The page of the fault runs, docs/faults.md, from the figures that each kept (figures.py)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tests.faults import figures
from tests.faults.figures import UNKNOWN, Outcome
from tests.promises import kind_of_result, result

HEAD = ("run", "promises", "result", "figures", "seconds", "commit", "date", "pace")
NOT_PLAYED = "not played"
# More lines than this stand below the table only.
LINES_IN_TABLE = 1
_TOP = """\
# Fault runs

Written by `make test-faults WRITE=docs/faults.md FIGURES=FOLDER`, not by hand. `FOLDER` keeps what
each run found, so that runs of several days make one page; `python -m tests.faults --figures FOLDER
--write docs/faults.md --only-write` writes it again and plays nothing.

What each run does stands at its top (`tests/faults/NAME.py`); P numbers are the promises of the
reliability list, which `make promises` prints. Each row has its own commit and date (UTC).
Pace: CPU seconds (and wall) of a fixed piece of Python on one core when the run had ended, and the
load of that minute; a machine that is busy or slow has larger ones (`python -m benchmarks.pace`).
"""


def kept_in(folder: Path, runs: Iterable[str], *, commit: str = UNKNOWN) -> list[Outcome]:
    """Return what these runs kept, in this order; `commit` is of those that kept none."""
    found = [outcome for run in runs if (outcome := figures.read(folder, run))]
    return [
        replace(outcome, commit=commit) if outcome.commit == UNKNOWN else outcome
        for outcome in found
    ]


def page(runs: Sequence[str], found: Sequence[Outcome], shown: Mapping[int, Sequence[str]]) -> str:
    """Return the page in Markdown.

    `runs` are all that there are, in order; those not in `found` are named as not played. `shown`
    has the runs of each promise by its number.
    """
    known = {outcome.run: outcome for outcome in found}
    lines = [_TOP, _count(runs, known), "", _row(HEAD), _row(["---"] * len(HEAD))]
    for run in runs:
        promises = ", ".join(f"P{number}" for number, names in shown.items() if run in names)
        lines.append(_row([f"`{run}`", promises, *_cells(known.get(run))]))
    lines += [line for run in runs if run in known for line in _section(known[run])]
    return "\n".join(lines) + "\n"


def _count(runs: Sequence[str], known: Mapping[str, Outcome]) -> str:
    counts = Counter(kind_of_result(known[run]) if run in known else NOT_PLAYED for run in runs)
    return f"{len(runs)} runs: {', '.join(f'{n} {word}' for word, n in counts.items())}."


def _cells(outcome: Outcome | None) -> list[str]:
    if outcome is None:
        return [NOT_PLAYED, *[""] * (len(HEAD) - 3)]
    took = UNKNOWN if outcome.seconds is None else f"{outcome.seconds:.0f}"
    said = _escaped(result(outcome))
    return [
        f"**{said}**" if outcome.is_held is False else said,
        "<br>".join(_key_lines(outcome)),
        *(took, outcome.commit, outcome.date, _escaped(outcome.pace)),
    ]


def _key_lines(outcome: Outcome) -> Iterator[str]:
    """What was not kept, and the first of the figures."""
    yield from (f"! {_escaped(line)}" for line in outcome.broken)
    yield from map(_escaped, outcome.figures[:LINES_IN_TABLE])
    if more := len(outcome.figures[LINES_IN_TABLE:]):
        yield f"{more} more below"


def _section(outcome: Outcome) -> Iterator[str]:
    if len(outcome.figures) > LINES_IN_TABLE:
        yield from ("", f"## {outcome.run}", "")
        yield from (f"- {_escaped(line)}" for line in outcome.figures)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """Return it on one line, with nothing that is Markdown's or HTML's in a cell."""
    for sign, instead in (("&", "&amp;"), ("<", "&lt;"), ("|", r"\|"), ("*", r"\*"), ("_", r"\_")):
        text = text.replace(sign, instead)
    return " ".join(text.split())
