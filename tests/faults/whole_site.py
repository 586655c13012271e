"""A whole site, `manage.py start` in a folder of its own, for the runs that break what it needs."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from benchmarks.site import PROJECT, parent_of

TOKEN = "whole-site-whole-site"
NOWHERE = "http://127.0.0.1:9/"
STARTING_SECONDS = 600.0
# Sources that are not there: no run asks the network.
SOURCES = ("ARXIV_RSS_URL", "ARXIV_API_URL", "ARXIV_OAI_URL", "ARXIV_LIST_URL", "HUGGINGFACE_URL")
POSTGRES, VALKEY = ("postgres",), ("valkey-server",)


class Site:
    def __init__(self, var: Path, port: int, **environment: str) -> None:
        self.port, self.var = port, var
        self.lines: list[str] = []
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.endswith("_URL")},
            **dict.fromkeys(SOURCES, NOWHERE),
            "FETCH_ALLOWED_PRIVATE_HOSTS": "127.0.0.1:9",
            "GITHUB_STARS": "no",
            "BROADSHEET_VAR": str(var),
            "PORT": str(port),
            "METRICS_TOKEN": TOKEN,
            **environment,
        }
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "start"],
            cwd=PROJECT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout
        threading.Thread(target=self.lines.extend, args=(self.process.stdout,), daemon=True).start()

    def ask(self, path: str) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {TOKEN}"} if path == "/metrics" else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def not_well(self) -> set[str] | None:
        """The parts that /readyz names, None without an answer."""
        status, body = self.ask("/readyz")
        if status not in (200, 503):
            return None
        return {name for name, part in json.loads(body).items() if not part["well"]}

    def metrics_name(self, part: str) -> bool:
        return f'broadsheet_part_well{{part="{part}"}} 0.0' in self.ask("/metrics")[1]

    def alerts(self, part: str) -> int:
        return self.lines_with(f"| {part} is not well")

    def has_said_that_all_is_well(self) -> bool:
        """Whether every alert was taken back: of what fails until then no other line is written."""
        return self.lines_with(" is not well: ") <= self.lines_with(" is well again: ")

    def lines_with(self, *words: str) -> int:
        """How many lines of its log hold them all."""
        return sum(all(word in line for word in words) for line in self.lines)

    def processes(self, words: tuple[str, ...]) -> list[int]:
        """Those of this site whose command line holds all `words`."""
        running = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return [pid for pid in running if self._is_ours(pid, words)]

    def _is_ours(self, pid: int, words: tuple[str, ...]) -> bool:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            parents = _parents(pid)
        except OSError:
            return False
        return self.process.pid in parents and all(word in command for word in words)

    def send(self, words: tuple[str, ...], number: int) -> list[int]:
        """Send a signal to each process with these words; return those that there were."""
        found = self.processes(words)
        for pid in found:
            os.kill(pid, number)
        return found

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of manage.py beside the site, whatever its end."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=PROJECT, env=self.environment, capture_output=True, text=True, check=False
        )

    def wait_until_well(self, but: frozenset[str] = frozenset()) -> None:
        """Raise SystemExit, with all that the site said, when it does not come to that."""
        began = seconds_until(lambda: self._is_well(but), STARTING_SECONDS)
        if began is None:
            sys.exit("".join(self.lines) + str(self.not_well()))
        print(f"all well after {began:.0f} s", flush=True)

    def _is_well(self, but: frozenset[str]) -> bool:
        found = self.not_well()
        return found is not None and found <= but

    def stop(self) -> None:
        """Stop it, where it was not yet."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()


def _parents(pid: int) -> set[int]:
    found: set[int] = set()
    while pid > 1:
        pid = parent_of(pid)
        found.add(pid)
    return found


def seconds_until(is_so: Callable[[], bool], most: float) -> float | None:
    began = time.monotonic()
    while time.monotonic() - began < most:
        if is_so():
            return time.monotonic() - began
        time.sleep(1)
    return None


@contextmanager
def started_site(port: int, **environment: str) -> Iterator[Site]:
    """A site with private servers in a new folder, once all its parts are well."""
    with new_folder() as var, site_in(var, port, **environment) as site:
        yield site


@contextmanager
def new_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="broadsheet-faults-") as folder:
        var = Path(folder)
        var.chmod(0o711)
        yield var


@contextmanager
def site_in(var: Path, port: int, **environment: str) -> Iterator[Site]:
    """The site of that folder, once all its parts are well."""
    site = Site(var, port, **environment)
    try:
        site.wait_until_well()
        yield site
    finally:
        site.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def use_database_of(var: Path) -> None:
    """Set Django up, in this process, for the private Postgres of the site in `var`."""
    os.environ |= {"BROADSHEET_VAR": str(var), "DJANGO_SETTINGS_MODULE": "config.settings"}
    django.setup()
