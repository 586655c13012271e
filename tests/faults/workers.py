"""Celery workers, beats and the loop command as processes of their own, to be killed or frozen."""

import os
import shelve
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread

from config.servers.commands import RUNNING_VARIABLE

PROJECT = Path(__file__).resolve().parent.parent.parent
PATIENCE_SECONDS = 60.0
# The end of a worker's banner: next it takes tasks.
READY = "[tasks]"
# The file in which a beat keeps what it sent, beside its log.
SCHEDULE = ".schedule"


def wait_for(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> bool:
    """Return whether `condition` became true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@dataclass
class Process:
    """A child with its log. Signals go to the whole child, which is one process."""

    child: "subprocess.Popen[bytes]"
    log: Path

    def is_alive(self) -> bool:
        return self.child.poll() is None

    def said(self, words: str) -> bool:
        return words in self.log.read_text(errors="replace")

    def tail(self) -> str:
        """The end of what it said."""
        return self.log.read_text(errors="replace")[-500:]

    def nudges(self) -> int:
        """How many tasks a beat sent; it writes that down as it stops."""
        with shelve.open(self.log.with_suffix(SCHEDULE), "r") as schedule:  # noqa: S301 - our beat wrote it
            return sum(entry.total_run_count for entry in schedule["entries"].values())

    def wait_until_ready(self) -> None:
        """Wait until a worker takes tasks; raise when it does not."""
        wait_for(lambda: self.said(READY) or not self.is_alive())
        assert self.said(READY), self.log.read_text(errors="replace")

    def kill(self) -> None:
        self.child.kill()
        self.child.wait()

    def freeze(self) -> None:
        self.child.send_signal(signal.SIGSTOP)

    def is_frozen(self) -> bool:
        # man proc_pid_stat: the state stands after the name; T is stopped.
        stat = Path(f"/proc/{self.child.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] == "T"

    def wake(self) -> None:
        self.child.send_signal(signal.SIGCONT)

    def ask_to_stop(self) -> None:
        self.child.send_signal(signal.SIGTERM)

    def has_heard(self) -> bool:
        """Whether the kernel has given it every signal; one that waits stands in its status."""
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        masks = [line.split()[1] for line in status.splitlines() if "Pnd:" in line]
        return not any(int(mask, 16) for mask in masks)

    def ended_after(self, seconds: float) -> float | None:
        """Wait for the end; return how long it took, or None when it did not come in time."""
        began = time.monotonic()
        try:
            self.child.wait(timeout=max(seconds, 0.0))
        except subprocess.TimeoutExpired:
            return None
        return time.monotonic() - began


@dataclass
class Crew:
    """What starts processes with one environment; `started` are all of them, ended or not."""

    folder: Path
    environment: Mapping[str, str]
    broker_url: str
    started: list[Process] = field(default_factory=list)

    def worker(self, *, threads: int = 4, fail_at: str = "", **environment: str) -> Process:
        """Start a worker of the queue io, as the site has it; it may not be ready yet."""
        name = f"worker{len(self.started)}@localhost"
        options = ["worker", "-Q", "io", "-P", "threads", "-c", str(threads), "-n", name]
        options += ["-l", "INFO", "--without-gossip", "--without-mingle"]
        return self._celery(*options, BROADSHEET_FAIL_AT=fail_at, **environment)

    def ready_worker(self, *, threads: int = 4, fail_at: str = "") -> Process:
        worker = self.worker(threads=threads, fail_at=fail_at)
        worker.wait_until_ready()
        return worker

    def cpu_worker(self, app: str) -> Process:
        """Start a worker of the queue cpu with the Celery app of the module `app`."""
        options = ["worker", "-Q", "cpu", "-P", "prefork", "-c", "1", "-n", "cpu@localhost"]
        options += ["-l", "INFO", "--without-gossip", "--without-mingle"]
        command = [sys.executable, "-m", "celery", "-A", app, "-b", self.broker_url]
        return self._start([*command, *options])

    def beat(self) -> Process:
        schedule = self._log().with_suffix(SCHEDULE)
        return self._celery("beat", f"--schedule={schedule}", "--pidfile=", app="config.beat")

    def command(self, *arguments: str) -> Process:
        return self._start([sys.executable, "manage.py", *arguments])

    def end(self) -> None:
        for process in self.started:
            if process.is_alive():
                process.kill()

    def _celery(self, *arguments: str, app: str = "config.celery", **extra: str) -> Process:
        broker = ["-b", self.broker_url]
        command = [sys.executable, "-m", "celery", "-A", app, *broker, *arguments]
        return self._start(command, **extra)

    def _log(self) -> Path:
        return self.folder / f"process{len(self.started)}.log"

    def _start(self, command: list[str], **extra: str) -> Process:
        log = self._log()
        environment = {**os.environ, **self.environment, RUNNING_VARIABLE: "1", **extra}
        with log.open("wb") as out:
            child = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=out, stderr=out)
        process = Process(child, log)
        self.started.append(process)
        return process


class Loop:
    """`manage.py senddigests` again and again, as cron runs it but without the minute between.

    `failed` are the codes other than 0 with which one ended.
    """

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self.rounds = 0
        self.failed: set[int] = set()
        self._is_over = Event()
        self.current = crew.command("senddigests")
        self._changing = Lock()
        Thread(target=self._go_on, daemon=True).start()

    def ask_to_stop(self) -> Process:
        """SIGTERM to the command, which is the last one; return it."""
        with self._changing:
            self._is_over.set()
            self.current.ask_to_stop()
            return self.current

    def _go_on(self) -> None:
        while not self._is_over.is_set():
            code = self.current.child.wait()
            with self._changing:
                if self._is_over.is_set():
                    return
                self.failed |= {code} - {0}
                self.rounds += 1
                self.current = self.crew.command("senddigests")


@contextmanager
def open_crew(folder: Path, broker_url: str, **environment: str) -> Iterator[Crew]:
    """Yield what starts processes; whatever still runs in the end is killed."""
    crew = Crew(folder, environment, broker_url)
    try:
        yield crew
    finally:
        crew.end()
