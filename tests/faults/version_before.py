"""The version before: its code checked out beside, and its processes (migrate_under_load.py)."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from benchmarks.site import PROJECT
from config.migration_lint import PUBLISHED, is_new

# With this no page is kept: each answer asks the database.
SETTINGS = "benchmarks.nothing_kept"
# Versions before the first with /healthz have this too; it asks the database.
WELL = "/status/"
STARTING_SECONDS = 90.0
STOPPING_SECONDS = 30.0
_MIGRATION = re.compile(r"(?P<app>\w+)/migrations/(?P<name>\d{4}_\w+)\.py")


class NotAnsweringError(Exception):
    """A web process ended, or did not say within STARTING_SECONDS that it is well."""


def commit_before_unpublished() -> str:
    """Return the newest commit, by first parents, that has no migration newer than PUBLISHED."""
    folders = [f"{app}/migrations" for app in PUBLISHED]
    new = [
        str(path.relative_to(PROJECT))
        for folder in folders
        for path in (PROJECT / folder).glob("0*.py")
        if is_new(path.parent.parent.name, path.stem)
    ]
    if not new:
        sys.exit("No migration is newer than PUBLISHED: say --base COMMIT.")
    options = ("--first-parent", "-m", "--diff-filter=A", "--format=%H")
    commits = git("log", *options, "--", *new).split()
    base = git("rev-parse", f"{commits[-1]}^")
    if left := newer_than_published(base):
        sys.exit(f"{base[:10]} has {left[0]}, which is newer than PUBLISHED: say --base COMMIT.")
    return base


def newer_than_published(commit: str) -> list[str]:
    """Return which of the commit's migrations are."""
    paths = git("ls-tree", "-r", "--name-only", commit).splitlines()
    found = [match for path in paths if (match := _MIGRATION.fullmatch(path))]
    return [match[0] for match in found if is_new(match["app"], match["name"])]


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="broadsheet-before-") as name:
        folder = Path(name) / "code"
        git("worktree", "add", "--detach", str(folder), commit)
        try:
            # It may be older than these settings.
            shutil.copy(PROJECT / "benchmarks" / "nothing_kept.py", folder / "benchmarks")
            yield folder
        finally:
            git("worktree", "remove", "--force", str(folder))


@contextmanager
def web(code: Path, port: int) -> Iterator[None]:
    command = ["gunicorn", "config.wsgi:application"]
    command += [f"--bind=127.0.0.1:{port}", "--workers=1", "--threads=4", "--log-level=warning"]
    command += ["--worker-class=config.web.PatientWorker", "--no-control-socket"]
    manage(code, "collectstatic", "--noinput", "--verbosity=0")
    with running(code, command, None) as process:
        wait_until_answers(port, process)
        yield


@contextmanager
def worker(code: Path, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker of both queues, which must still run in the end; it says in `log` what it does."""
    command = ["celery", "-A", "config.celery:app", "worker", "-Q", "io,cpu", "-P", "threads"]
    command += ["-c", "4", "-n", "before@localhost", "-l", "INFO"]
    command += ["--without-gossip", "--without-mingle"]
    with running(code, command, log) as process:
        yield process


@contextmanager
def running(
    code: Path, command: list[str], log: Path | None
) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of that version; ended on leaving."""
    with (log or Path("/dev/null")).open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=code, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOPPING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_answers(
    port: int, process: "subprocess.Popen[bytes]", seconds: float = STARTING_SECONDS
) -> None:
    """Wait until it says that it is well; raise NotAnsweringError when that never comes."""
    deadline, said = time.monotonic() + seconds, "nothing"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotAnsweringError(f"The process of port {port} ended with {process.returncode}.")
        try:
            status = requests.get(f"http://127.0.0.1:{port}{WELL}", timeout=5).status_code
        except requests.RequestException as error:
            said = type(error).__name__
        else:
            if status == 200:
                return
            said = str(status)
        time.sleep(0.1)
    raise NotAnsweringError(f"Port {port} was not well within {seconds:.0f} s; it said {said}.")


def manage(code: Path, *arguments: str) -> str:
    """Run a command of that version to its end; return what it printed."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=code, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{arguments[0]} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=PROJECT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()
