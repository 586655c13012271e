"""Compares what pages cost with what they cost at another commit: `make bench-compare BASE=main~5`.

    python -m benchmarks.compare BASE [--papers 30000] [--runs 2] [--keep FOLDER] [more for pages]

Both commits are asked by the benchmarks of today, each on a site of its own, in turn, so that
whatever else the machine does meets both. The figures are medians of the runs; ratios above 1 cost
more now. What no figure of CPU tells apart on a busy machine (`a second`, p95) is left out.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.site import PROJECT, print_table

CPU = ("cpu", "database")
Costs = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", help="a commit, as git names it")
    parser.add_argument("--papers", type=int, default=30_000)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder in which both sites stay")
    options, more = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="broadsheet-compare-") as temporary:
        root: Path = (options.keep or Path(temporary)).absolute()
        root.mkdir(parents=True, exist_ok=True)
        # The servers of the sites below run as a user of their own.
        root.chmod(0o711)
        Path(temporary).chmod(0o711)
        base = Path(temporary) / "base"
        _check_out(options.base, base)
        try:
            found = _measure({"base": base, "now": PROJECT}, root, options, more)
        finally:
            _git("worktree", "remove", "--force", str(base))
    _print(found["base"], found["now"])


def _check_out(commit: str, folder: Path) -> None:
    """Give the commit today's benchmarks, which may not have been there yet."""
    _git("worktree", "add", "--detach", str(folder), commit)
    shutil.rmtree(folder / "benchmarks", ignore_errors=True)
    shutil.copytree(PROJECT / "benchmarks", folder / "benchmarks")


def _git(*arguments: str) -> None:
    subprocess.run(["git", "-C", str(PROJECT), *arguments], check=True, capture_output=True)


def _measure(
    trees: dict[str, Path], root: Path, options: argparse.Namespace, more: list[str]
) -> dict[str, Costs]:
    found: dict[str, Costs] = {name: defaultdict(list) for name in trees}
    for run in range(options.runs):
        for name, tree in trees.items():
            print(f"run {run + 1} of {options.runs}: {name}", flush=True)
            for row, costs in _ask(tree, root / name, options.papers, more).items():
                found[name][row].append(sum(costs[part] for part in CPU))
    return found


def _ask(tree: Path, root: Path, papers: int, more: list[str]) -> dict[str, dict[str, float]]:
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [sys.executable, "-m", "benchmarks.pages", str(papers), "--keep", str(root)]
        Path(file.name).write_text("{}")
        environment = os.environ | {"PYTHONPATH": str(tree)}
        subprocess.run(
            [*command, "--json", file.name, *more], cwd=tree, env=environment, check=True
        )
        asked: dict[str, dict[str, float]] = json.loads(Path(file.name).read_text())
        return asked


def _print(base: Costs, now: Costs) -> None:
    rows: list[tuple[str, ...]] = []
    for row in sorted(base.keys() & now.keys()):
        before, after = statistics.median(base[row]), statistics.median(now[row])
        ratio = f"{after / before:.2f}" if before else ""
        rows.append((row, f"{before:.1f}", f"{after:.1f}", ratio))
    print_table(("papers, who, page, at once", "CPU ms before", "now", "ratio"), rows)


if __name__ == "__main__":
    main()
