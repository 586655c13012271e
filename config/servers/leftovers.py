"""Ends what a killed server left behind, so that the next start finds its folder free.

A process is ours when it runs the server's program in the server's own folder. Call it only while
holding the installation's lock: then no server of ours may be running.
"""

import os
import signal
import time
from pathlib import Path

from config.servers.errors import ServersError

_PROC = Path("/proc")
_PATIENCE_SECONDS = 10.0


def end_leftovers(folder: Path, program: str) -> None:
    """End processes of `program` whose working folder is `folder`; does nothing without /proc.

    Raises ServersError when one of them does not end.
    """
    folder = folder.resolve()
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while leftovers := _processes_in(folder, program):
        if time.monotonic() > deadline:
            raise ServersError(f"{program} (process {leftovers[0]}) does not end: kill it.")
        for pid in leftovers:
            _signal(pid, signal.SIGQUIT if program == "postgres" else signal.SIGKILL)
        time.sleep(0.05)


def remove_strangers_locks(*lock_files: Path) -> None:
    """Remove those of Postgres' lock files whose process number is now another program's.

    Postgres clears the lock of a dead process itself, but a number taken by somebody else after
    the machine restarted makes it refuse. Call it after `end_leftovers`.
    """
    for lock_file in lock_files:
        if not lock_file.exists():
            continue
        number = lock_file.read_text().partition("\n")[0].strip()
        if number.isdigit() and (_PROC / number).exists():
            lock_file.unlink()


def _processes_in(folder: Path, program: str) -> list[int]:
    numbers = [int(entry.name) for entry in _PROC.glob("[0-9]*")]
    return [pid for pid in numbers if _runs_in(pid, folder, program)]


def _runs_in(pid: int, folder: Path, program: str) -> bool:
    try:
        executable = Path(os.readlink(_PROC / str(pid) / "exe").removesuffix(" (deleted)"))
        return executable.name == program and os.readlink(_PROC / str(pid) / "cwd") == str(folder)
    except OSError:
        return False


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
