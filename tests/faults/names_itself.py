"""A whole site in which one process after another is frozen: who says so, and after how long.

    python -m tests.faults.names_itself [--port 8179]

A frozen process is alive and deaf: workers, the follower, Valkey and Postgres are stopped with
SIGSTOP. Prints for each after how many seconds /readyz, /metrics and one line of the log named it,
and how long it took until all was well again, by the supervisor alone (workers) or after SIGCONT.
Exits 1 where something was not named within three minutes, or did not come back.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.site import PROJECT, print_table

PROMISES = (14, 46)
LONGEST_SECONDS = 180.0
# A look each 15 s, twice, and the heartbeat of a minute.
SLACK_SECONDS = 60.0
TOKEN = "names-itself-names-itself"
NOWHERE = "http://127.0.0.1:9/"


@dataclass(frozen=True)
class Fault:
    """Freezing every process whose command line holds `words` makes `part` not well."""

    name: str
    words: tuple[str, ...]
    part: str
    heals_itself: bool = False


FAULTS = (
    Fault("worker deaf", ("celery", "worker", "--queues=io"), "worker-io", heals_itself=True),
    Fault("follower frozen", ("manage.py", "follow"), "search"),
    Fault("Valkey frozen", ("valkey-server",), "broker"),
    Fault("Postgres frozen", ("postgres",), "database"),
)


class Site:
    def __init__(self, var: Path, port: int) -> None:
        self.port, self.var = port, var
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "start"],
            cwd=PROJECT,
            env=os.environ
            | dict.fromkeys(("ARXIV_RSS_URL", "ARXIV_API_URL", "ARXIV_OAI_URL"), NOWHERE)
            | {"HUGGINGFACE_URL": NOWHERE, "FETCH_ALLOWED_PRIVATE_HOSTS": "127.0.0.1:9"}
            | {"BROADSHEET_VAR": str(var), "PORT": str(port), "METRICS_TOKEN": TOKEN},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout
        threading.Thread(target=self.lines.extend, args=(self.process.stdout,), daemon=True).start()

    def ask(self, path: str) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
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
        return sum(f"| {part} is not well" in line for line in self.lines)

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

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()


def _parents(pid: int) -> set[int]:
    found: set[int] = set()
    while pid > 1:
        # man proc_pid_stat: the parent is the second field after the name.
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        found.add(pid)
    return found


def seconds_until(is_so: Callable[[], bool], most: float) -> float | None:
    began = time.monotonic()
    while time.monotonic() - began < most:
        if is_so():
            return time.monotonic() - began
        time.sleep(1)
    return None


def play(site: Site, fault: Fault) -> tuple[str, ...]:
    frozen = site.processes(fault.words)
    assert frozen, f"No process for {fault.name}"
    alerts = site.alerts(fault.part)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    looks: dict[str, Callable[[], bool]] = {
        "ready": lambda: fault.part in (site.not_well() or ()),
        "metrics": lambda: site.metrics_name(fault.part),
        "alert": lambda: site.alerts(fault.part) > alerts,
    }
    seconds: dict[str, float | None] = dict.fromkeys(looks)
    while time.monotonic() - began < LONGEST_SECONDS + SLACK_SECONDS and None in seconds.values():
        for name, is_named in looks.items():
            if seconds[name] is None and is_named():
                seconds[name] = time.monotonic() - began
        time.sleep(1)
    if not fault.heals_itself:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    healed = seconds_until(lambda: site.not_well() == set(), LONGEST_SECONDS)
    lines = site.alerts(fault.part) - alerts
    row = [_words(seconds[name]) for name in looks]
    return (fault.name, *row, str(lines), _words(healed))


def _words(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.0f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8179)
    parser.add_argument("--only", default="", help="the part of one fault, such as search")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="broadsheet-faults-") as folder:
        Path(folder).chmod(0o711)
        site = Site(Path(folder), options.port)
        rows = []
        try:
            began = seconds_until(lambda: site.not_well() == set(), 300)
            print(f"all well after {_words(began)}", flush=True)
            if began is None:
                sys.exit("".join(site.lines) + str(site.not_well()))
            for fault in FAULTS:
                if options.only in ("", fault.part):
                    rows.append(play(site, fault))
                    print(*rows[-1], flush=True)
        finally:
            site.stop()
    print_table(("fault", "/readyz", "/metrics", "log", "lines", "well again"), rows)
    is_kept = all("never" not in row and row[4] == "1" for row in rows)
    sys.exit(0 if is_kept else 1)


if __name__ == "__main__":
    main()
