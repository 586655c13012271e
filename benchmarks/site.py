"""A whole site of its own in one folder, for measuring: its servers, its tables, its commands."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.servers.commands import RUNNING_VARIABLE
from config.servers.private import Wanted, servers_for_command

PROJECT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("BROADSHEET_SHARED_DATA", PROJECT.parent / "shared" / "data"))
PAPERS = SHARED / "papers.jsonl.gz"
ROUNDS = 30
_TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def running_site(folder: Path | None, *, migrated: bool = True) -> Iterator[Path]:
    """Run the private servers in `folder`, or in a new one that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-benchmark-") as temporary:
        var = (folder or Path(temporary)).absolute()
        var.mkdir(exist_ok=True)
        var.chmod(0o711)
        os.environ["BROADSHEET_VAR"] = str(var)
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        os.environ["LIMITS_TIMES"] = "1000000"  # all that is measured comes from one address
        with servers_for_command(var, "benchmark", Wanted(True, True), lambda name, text: None):
            os.environ[RUNNING_VARIABLE] = "yes"
            if migrated:
                run("migrate", "--verbosity=0")
            yield var
        del os.environ[RUNNING_VARIABLE]


def run(*arguments: str) -> float:
    """Run a command of manage.py to its end; return how many seconds it took."""
    began = time.perf_counter()
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)} failed:\n{done.stderr}")
    return time.perf_counter() - began


@contextmanager
def running_follower() -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "follow"],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def own_seconds(pid: str) -> float:
    """Return what a process, and its children that ended, have used of the processor."""
    # man proc_pid_stat: utime, stime, and those of children waited for, are 14 to 17.
    values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(value) for value in values[11:15]) / _TICKS


def parent_of(pid: int) -> int:
    # man proc_pid_stat: the parent is the second field after the name.
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def timed(work: Callable[[], object], clock: Callable[[], float]) -> list[float]:
    """Milliseconds of each round but the first."""
    work()
    values = []
    for _round in range(ROUNDS):
        began = clock()
        work()
        values.append((clock() - began) * 1000)
    return values


def print_table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[n]) for row in [head, *rows]) for n in range(len(head))]
    for row in (head, tuple("-" * width for width in widths), *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
