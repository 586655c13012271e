"""How whole search pages grow from 30,000 to a million papers, asked of the real web server.

    python -m benchmarks.growth 30000 110000 [--keep FOLDER] [--rounds 40] [--ask-only KIND]

Each size has a site of its own (benchmarks/growth_site.py) and, in FOLDER, keeps it to be asked
again: a million papers take a quarter of an hour to make. The server runs with the processes and
threads that `manage.py start` gives it; this process asks over connections kept alive, of which
each has a thread. Client, server and Postgres share the machine's cores, and nothing else of a site
runs. Each round of a kind asks for other words. CPU is of web server and Postgres, a request.
"""

import argparse
import http.client
import itertools
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import django
import numpy as np

from benchmarks.search import kinds
from benchmarks.site import own_seconds, print_table, run, running_site

CONCURRENT = 8
MIXED, TYPED = "all kinds mixed", "as one types (htmx)"
SORTS = ("new", "trending", "votes", "stars", "citations")
WANTED_MS = 40.0
WANTED_GROWTH = 2.0
RESULT = "growth.json"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the headers of each request."""

    name: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds a request; `cpu` of the web server, `database` of Postgres."""

    who: str
    kind: str
    connections: int
    p50: float
    p95: float
    cpu: float
    database: float

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
    with socket.create_server(("127.0.0.1", 0)) as free:
        os.environ["PORT"] = str(free.getsockname()[1])
    with running_site(folder):
        run("collectstatic", "--noinput")
        django.setup()
        fill_once(folder, papers)
        askers = make_askers()
        with running_server() as server:
            warm(askers)
            found = list(measure_all(askers, server, rounds, only))
    (folder / RESULT).write_text(json.dumps({each.key: each.p95 for each in found}))
    head = ("who", "kind", "at once", "p50 ms", "p95 ms", "server CPU ms", "Postgres CPU ms")
    print(f"\n{papers:,} papers; aim: p95 <= {WANTED_MS:.0f} ms at {CONCURRENT} at once")
    print_table(head, [row(each) for each in found])


def fill_once(var: Path, papers: int) -> None:
    """Do what a site that was kept has not yet; an index of another version is built anew."""
    from benchmarks.growth_site import index_papers, steps
    from papers.search import folder

    for name, step in steps(papers).items():
        done = var / f"done {name}"
        if done.exists() and (step is not index_papers or folder.current() is not None):
            continue
        began = time.perf_counter()
        step()
        print(f"{papers:,} papers: {name}: {time.perf_counter() - began:.0f} s", flush=True)
        done.touch()


def make_askers() -> list[Asker]:
    from django.conf import settings
    from django.test import Client

    from accounts.models import User

    client = Client()
    client.force_login(User.objects.get(email="reader@example.org"))
    name = settings.SESSION_COOKIE_NAME
    cookie = f"{name}={client.cookies[name].value}"
    return [Asker("visitor", {}), Asker("reader", {"Cookie": cookie})]


@dataclass(frozen=True, slots=True)
class Server:
    """Process numbers of the web server and of Postgres; their children do the work."""

    web: int
    postgres: int


@contextmanager
def running_server() -> Iterator[Server]:
    from django.conf import settings

    from config.servers.paths import servers_home
    from config.supervisor.children import describe_child

    program = describe_child("web")
    process = subprocess.Popen(program.command, env=program.environment, cwd=program.folder)
    postmaster = servers_home(settings.VAR) / "postgres" / "postmaster.pid"
    try:
        wait_for_port()
        yield Server(process.pid, int(postmaster.read_text().split()[0]))
    finally:
        process.terminate()
        process.wait()


def wait_for_port() -> None:
    for _try in range(200):
        try:
            socket.create_connection(("127.0.0.1", int(os.environ["PORT"])), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("The web server does not answer.")


def warm(askers: list[Asker]) -> None:
    """Let every process and thread of the server have its connections and caches."""
    texts = list(itertools.islice(texts_of(MIXED, seed=99), 60))
    for asker in askers:
        ask_all(asker, texts, CONCURRENT)


def measure_all(askers: list[Asker], server: Server, rounds: int, only: str) -> Iterator[Figures]:
    names = [*kinds(), *(f"common word by {sort}" for sort in SORTS), TYPED, MIXED]
    for asker in askers:
        for number, name in enumerate(name for name in names if only in name):
            count = rounds * 10 if name == MIXED else rounds
            for connections in (1, CONCURRENT):
                # Other words each time, so that nothing is remembered from before.
                texts = list(itertools.islice(texts_of(name, seed=number + connections), count))
                yield measure(asker, name, texts, connections, server)


def texts_of(name: str, *, seed: int) -> Iterator[str]:
    """Yield searches of one kind, or of all kinds in a random order."""
    makers = makers_by_name()
    chance = random.Random(f"{name} {seed}")
    for n in itertools.count(seed * 7 % 11):
        kind = chance.choice(sorted(makers)) if name == MIXED else name
        yield makers[kind](n)


def makers_by_name() -> dict[str, Callable[[int], str]]:
    makers = kinds()
    common, typed = makers["common word"], makers["two words"]
    for sort in SORTS:
        makers[f"common word by {sort}"] = lambda n, sort=sort: f"{common(n)} sort:{sort}"  # type: ignore[misc]
    # Three letters more with each request.
    makers[TYPED] = lambda n: typed(n // 4)[: 3 + 3 * (n % 4)]
    return makers


def measure(asker: Asker, name: str, texts: list[str], connections: int, server: Server) -> Figures:
    if name == TYPED:
        headers = {"HX-Request": "true", "HX-Target": "search-answer"}
        asker = Asker(asker.name, asker.headers | headers)
    cpu, database = cpu_seconds(server.web), cpu_seconds(server.postgres)
    times = ask_all(asker, texts, connections)
    spent = cpu_seconds(server.web) - cpu, cpu_seconds(server.postgres) - database
    p50, p95 = (float(each) for each in np.percentile(times, [50, 95]))
    each = [seconds * 1000 / len(texts) for seconds in spent]
    return Figures(asker.name, name, connections, p50, p95, *each)


def ask_all(asker: Asker, texts: list[str], connections: int) -> list[float]:
    """Return the milliseconds of each request; a connection asks again as soon as it may."""
    waiting, lock = iter(texts), threading.Lock()
    times: list[float] = []

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=60)
        while True:
            with lock:
                text = next(waiting, None)
            if text is None:
                connection.close()
                return
            began = time.perf_counter()
            ask(connection, asker, text)
            times.append((time.perf_counter() - began) * 1000)

    with ThreadPoolExecutor(connections) as threads:
        for done in [threads.submit(work) for _thread in range(connections)]:
            done.result()
    return times


def ask(connection: http.client.HTTPConnection, asker: Asker, text: str) -> None:
    connection.request("GET", f"/search/?{urlencode({'q': text})}", headers=asker.headers)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, (text, answer.status, body[:500])


def cpu_seconds(pid: int) -> float:
    """Return what a process and its children have used, those that ended included."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    spent = own_seconds(str(pid))
    for child in children:
        # One of Postgres's may end meanwhile; it is then counted among those waited for.
        with suppress(FileNotFoundError, ProcessLookupError):
            spent += own_seconds(child)
    return spent


def row(each: Figures) -> tuple[str, ...]:
    numbers = (each.p50, each.p95, each.cpu, each.database)
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
