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

from benchmarks.site import own_seconds, parent_of

EVERY_SECONDS = 5.0
FEWEST_SAMPLES = 10
# A process counts that was there for so much of the time that is looked at.
SHARE_OF_TIME = 0.8
# Of each of these memory must be judged, and none of their processes may end.
JUDGED_ROLES = ("web", "worker-io", "worker-cpu", "follower", "beat", "postgres")
# Celery replaces the children of this one by design (CELERY_WORKER_MAX_TASKS_PER_CHILD).
RENEWED_ROLE = "worker-cpu"
RENEWED = f"{RENEWED_ROLE} children, mean"
MARKS = {
    "gunicorn": "web",
    "--queues=io": "worker-io",
    "--queues=cpu": "worker-cpu",
    "beat": "beat",
    "follow": "follower",
    "valkey-server": "valkey",
    "parser_child": "parser of worker-cpu",
    "training_child": "training",
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
    """`samples` by process. Those that come and go by design count as one: all of Postgres's, and
    as a mean the children of worker-cpu.

    `cpu` is what each role had used at a moment, in seconds.
    """

    pid: int
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    cpu: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        found: dict[str, list[tuple[float, float]]] = {}
        for pid in family(self.pid):
            try:
                name, memory = name_of(pid), _memory(pid)
            except (OSError, IndexError):
                continue
            found.setdefault(name, []).append(memory)
        now = time.monotonic()
        for name, each in found.items():
            own, rss = (sum(values) for values in zip(*each, strict=True))
            count = len(each) if name == RENEWED else 1
            self.samples.setdefault(name, []).append(Sample(now, own / count, rss / count))
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

    def by_minute(self, since: float) -> dict[str, list[tuple[float, float]]]:
        """Minutes since `since` and MB of each process's own then: whether it climbs or stepped."""
        series: dict[str, list[tuple[float, float]]] = {}
        for name, samples in self.samples.items():
            minutes = series[name] = []
            for each in samples:
                minute = round((each.at - since) / 60, 2)
                if not minutes or minute >= minutes[-1][0] + 1:
                    minutes.append((minute, round(each.own, 1)))
        return series

    def gaps(self, since: float, until: float) -> Iterator[str]:
        """Say of what no slope can tell: roles without one, and processes that ended meanwhile."""
        judged = {role_in(slope.name) for slope in self.slopes(since, until)}
        for role in JUDGED_ROLES:
            if role not in judged:
                yield f"no process of {role} was there long enough to judge its memory"
        looks = [at for at, _cpu in self.cpu if at <= until]
        if not looks:
            return
        for name, samples in sorted(self.samples.items()):
            # Seen once only: it was about to become something else.
            if name == RENEWED or role_in(name) not in JUDGED_ROLES or len(samples) == 1:
                continue
            if samples[-1].at < looks[-1]:
                yield f"{name} ended {samples[-1].at - looks[0]:.0f} s after the first look"


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


def name_of(pid: int) -> str:
    """The name under which memory is kept: the role, and the number where each is looked at."""
    role = role_of(pid)
    if role == RENEWED_ROLE and role_of(parent_of(pid)) == role:
        return RENEWED
    return role if role == "postgres" else f"{role} {pid}"


def role_in(name: str) -> str:
    return name.split()[0]


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
