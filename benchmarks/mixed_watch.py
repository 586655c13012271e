"""What a site's processes use while it runs: memory over time with its slope, and CPU.

Judged is memory of the process's own (RssAnon). What is mapped from files, such as the search
index, is the page cache's and comes and goes with what is read; RSS with it is printed beside.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.site import own_seconds

EVERY_SECONDS = 5.0
FEWEST_SAMPLES = 10
# A process counts that was there for so much of the time that is looked at.
SHARE_OF_TIME = 0.8
MARKS = {
    "gunicorn": "web",
    "--queues=io": "worker-io",
    "--queues=cpu": "worker-cpu",
    "beat": "beat",
    "follow": "follower",
    "valkey-server": "valkey",
    "parser_child": "parser of worker-cpu",
    "start": "supervisor",
    "postgres": "postgres",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds of the monotonic clock, MB of its own and MB of RSS."""

    at: float
    own: float
    rss: float


@dataclass(frozen=True, slots=True)
class Slope:
    """A process's memory after warm-up: first and last MB, MB an hour with its standard error."""

    name: str
    first: float
    last: float
    rss: float
    an_hour: float
    error: float


@dataclass
class Watch:
    """`samples` by process; all of Postgres's count as one, since its backends come and go.

    `cpu` is what each role had used at a moment, in seconds.
    """

    pid: int
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    cpu: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        together: dict[str, list[float]] = {}
        for pid in family(self.pid):
            try:
                name, (own, rss) = role_of(pid), _memory(pid)
            except (OSError, IndexError):
                continue
            key = name if name == "postgres" else f"{name} {pid}"
            so_far = together.setdefault(key, [0.0, 0.0])
            so_far[0] += own
            so_far[1] += rss
        now = time.monotonic()
        for key, (own, rss) in together.items():
            self.samples.setdefault(key, []).append(Sample(now, own, rss))
        self.cpu.append((now, cpu_by_role(self.pid)))

    def go_on(self) -> None:
        while not self._is_over.wait(EVERY_SECONDS):
            self.look()

    def end(self) -> None:
        self._is_over.set()

    def cores(self, since: float, until: float) -> dict[str, float]:
        """Cores busy by role, between the samples nearest to these moments."""
        (began, before), (ended, after) = (
            min(self.cpu, key=lambda each: abs(each[0] - moment)) for moment in (since, until)
        )
        took = max(ended - began, EVERY_SECONDS)
        return {role: (now - before.get(role, 0.0)) / took for role, now in after.items()}

    def slopes(self, since: float, until: float) -> Iterator[Slope]:
        """Of each process that was there nearly all the time from `since` to `until`."""
        for name, samples in sorted(self.samples.items()):
            some = [each for each in samples if since <= each.at <= until]
            if len(some) < FEWEST_SAMPLES:
                continue
            if some[-1].at - some[0].at < SHARE_OF_TIME * (until - since):
                continue
            an_hour, error = fit([each.at for each in some], [each.own for each in some])
            yield Slope(name, some[0].own, some[-1].own, some[-1].rss, an_hour, error)


@contextmanager
def watching(pid: int) -> Iterator[Watch]:
    watch = Watch(pid)
    thread = threading.Thread(target=watch.go_on, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.end()
        thread.join()


def fit(seconds: list[float], megabytes: list[float]) -> tuple[float, float]:
    """Least squares: MB an hour, and the standard error of that, as if samples were independent."""
    hours = np.array(seconds) / 3600
    hours -= hours.mean()
    values = np.array(megabytes)
    spread = float((hours**2).sum())
    slope = float((hours * values).sum()) / spread
    rest = values - values.mean() - slope * hours
    return slope, float(np.sqrt((rest**2).sum() / (len(values) - 2) / spread))


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        for task in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            try:
                waiting += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def cpu_by_role(pid: int) -> dict[str, float]:
    """Seconds that each kind of process has used so far, with the children that ended."""
    found: dict[str, float] = {}
    for each in family(pid):
        try:
            role, seconds = role_of(each), own_seconds(str(each))
        except (OSError, IndexError):
            continue
        found[role] = found.get(role, 0.0) + seconds
    return found


def role_of(pid: int) -> str:
    command = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    words = command.split()
    for mark, role in MARKS.items():
        if mark in words or (mark == "postgres" and words[0].endswith(("postgres", "postgres:"))):
            return role
        if any(word.endswith(mark) for word in words[:3]):
            return role
    return words[0].rpartition("/")[2]


def _memory(pid: int) -> tuple[float, float]:
    status = Path(f"/proc/{pid}/status").read_text()
    own, rss = (int(status.split(f"{name}:")[1].split()[0]) for name in ("RssAnon", "VmRSS"))
    return own / 1024, rss / 1024
