"""How whole search pages grow from 30,000 to a million papers, asked of the real web server.

    python -m benchmarks.growth 30000 110000 [--keep FOLDER] [--rounds 40] [--ask-only KIND]

Each size has a site of its own (benchmarks/growth_site.py) and, in FOLDER, keeps it to be asked
again: a million papers take a quarter of an hour to make. The server runs with the processes and
threads that `manage.py start` gives it; this process asks over connections kept alive, of which
each has a thread. Client, server and Postgres share the machine's cores, and nothing else of a site
runs. No text is asked for twice, whoever asks and however many at once, but where there are only
some: filters name one of 20 years, and of what is typed the first letters may be the same. CPU is
of web server and Postgres, a request.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import django

from benchmarks.asking import (
    Asker,
    Cost,
    Server,
    ask_all,
    asker_for,
    measure,
    running_server,
    take_a_port,
)
from benchmarks.corpus import word
from benchmarks.search import kinds
from benchmarks.site import print_table, run, running_site

CONCURRENT = 8
WARM_TEXTS = 60
MIXED, TYPED = "all kinds mixed", "as one types (htmx)"
SORTS = ("new", "trending", "votes", "stars", "citations")
WANTED_MS = 40.0
WANTED_GROWTH = 2.0
RESULT = "growth.json"


@dataclass(frozen=True, slots=True)
class Figures:
    who: str
    kind: str
    connections: int
    cost: Cost

    @property
    def key(self) -> str:
        return f"{self.who} {self.kind} {self.connections}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+", help="how many papers")
    parser.add_argument("--keep", type=Path, help="folder in which the sites stay")
    parser.add_argument("--rounds", type=int, default=40, help="requests of each kind")
    parser.add_argument("--ask-only", help="only kinds whose name has this in it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="broadsheet-growth-") as temporary:
        root: Path = (options.keep or Path(temporary)).absolute()
        root.mkdir(parents=True, exist_ok=True)
        root.chmod(0o711)
        if len(options.sizes) == 1:
            measure_size(options.sizes[0], root, options.rounds, options.ask_only or "")
            return
        for size in options.sizes:
            # A process each: settings are read once.
            more = ["--ask-only", options.ask_only] if options.ask_only else []
            command = [sys.executable, "-m", "benchmarks.growth", str(size), "--keep", str(root)]
            subprocess.run([*command, "--rounds", str(options.rounds), *more], check=True)
        print_growth(root, options.sizes)


def measure_size(papers: int, root: Path, rounds: int, only: str) -> None:
    folder = root / str(papers)
    take_a_port()
    with running_site(folder):
        run("collectstatic", "--noinput")
        django.setup()
        from benchmarks.growth_site import steps
        from benchmarks.whole_site import fill_once

        fill_once(folder, papers, steps(papers))
        askers = [Asker("visitor", {}), asker_for("reader@example.org")]
        texts = Texts(rounds)
        with running_server() as server:
            warm(askers, texts)
            found = list(measure_all(askers, server, texts, only))
    (folder / RESULT).write_text(json.dumps({each.key: each.cost.p95 for each in found}))
    head = ("who", "kind", "at once", "p50 ms", "p95 ms", "server CPU ms", "Postgres CPU ms")
    print(f"\n{papers:,} papers; aim: p95 <= {WANTED_MS:.0f} ms at {CONCURRENT} at once")
    print_table(head, [row(each) for each in found])


class Texts:
    """Searches of each kind that were not asked for yet, drawn by chance from its first ones.

    In their order, those who ask later would ask for rarer words.
    """

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self._makers = makers_by_name()
        self._chance = random.Random(1)
        # Two askers and two numbers of connections of each kind; half as many for all kinds mixed.
        first = range(8 * rounds + WARM_TEXTS)
        self._numbers = {
            name: iter(self._chance.sample(first, len(first))) for name in self._makers
        }

    def take(self, name: str, count: int) -> list[str]:
        """Return so many of one kind, or of all kinds in a random order."""
        return [self._next(name) for _text in range(count)]

    def _next(self, name: str) -> str:
        kind = self._chance.choice(sorted(self._makers)) if name == MIXED else name
        return self._makers[kind](next(self._numbers[kind]))


def warm(askers: list[Asker], texts: Texts) -> None:
    """Let every process and thread of the server have its connections and caches."""
    for asker in askers:
        ask_all(asker, map(page_of, texts.take(MIXED, WARM_TEXTS)), CONCURRENT)


def measure_all(askers: list[Asker], server: Server, texts: Texts, only: str) -> Iterator[Figures]:
    names = [*kinds(), *(f"common word by {sort}" for sort in SORTS), TYPED, MIXED]
    for asker in askers:
        for name in (name for name in names if only in name):
            count = texts.rounds * 10 if name == MIXED else texts.rounds
            for connections in (1, CONCURRENT):
                some = texts.take(name, count)
                yield measure_kind(asker, name, some, connections, server)


def makers_by_name() -> dict[str, Callable[[int], str]]:
    makers = kinds()
    common, typed = makers["common word"], makers["two words"]
    for place, sort in enumerate(SORTS):
        makers[f"common word by {sort}"] = partial(_in_order, common, sort, 9_000 + 1_000 * place)
    # Three letters more with each request.
    makers[TYPED] = lambda n: typed(n // 4)[: 3 + 3 * (n % 4)]
    return makers


def _in_order(common: Callable[[int], str], sort: str, others: int, n: int) -> str:
    """Facets are remembered of what is asked, whatever its order: a rare word makes it another."""
    return f"{common(n)} -{word(others + n)} sort:{sort}"


def measure_kind(
    asker: Asker, name: str, texts: list[str], connections: int, server: Server
) -> Figures:
    if name == TYPED:
        headers = {"HX-Request": "true", "HX-Target": "search-answer"}
        asker = Asker(asker.name, asker.headers | headers)
    cost = measure(asker, list(map(page_of, texts)), connections, server)
    return Figures(asker.name, name, connections, cost)


def page_of(text: str) -> str:
    return f"/search/?{urlencode({'q': text})}"


def row(each: Figures) -> tuple[str, ...]:
    cost = each.cost
    numbers = (cost.p50, cost.p95, cost.cpu, cost.database)
    return each.who, each.kind, str(each.connections), *(f"{number:.1f}" for number in numbers)


def print_growth(root: Path, sizes: list[int]) -> None:
    first, last = (
        json.loads((root / str(size) / RESULT).read_text()) for size in (sizes[0], sizes[-1])
    )
    rows: list[tuple[str, ...]] = []
    for key in first:
        ratio = last[key] / first[key]
        verdict = "" if ratio <= WANTED_GROWTH else "missed"
        rows.append((key, f"{first[key]:.1f}", f"{last[key]:.1f}", f"{ratio:.2f}", verdict))
    print(
        f"\nFrom {sizes[0]:,} to {sizes[-1]:,} papers; aim: p95 at most {WANTED_GROWTH:.0f} times"
    )
    print_table(("who, kind, at once", "p95 ms", "p95 ms", "times", ""), rows)


if __name__ == "__main__":
    main()
