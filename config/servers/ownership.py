"""Decides which process may start and stop an installation's servers: one at a time.

The owner holds a lock on `var/servers.lock` (its guardian holds it too, until all has stopped);
commands that use another's servers share `var/servers.users`, and the owner waits for them.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from config.servers.errors import ServersError

START = "start"
_POLL_SECONDS = 0.1
_SILENT_SECONDS = 1.0


class Ownership:
    def __init__(self, var: Path, role: str) -> None:
        """`role` is the command's name, told to whoever waits for this one."""
        self._path = var / "servers.lock"
        self._users_path = var / "servers.users"
        self._role = role
        self._file: IO[str] | None = None

    def try_take(self) -> bool:
        file = _open(self._path)
        if not _lock(file, fcntl.LOCK_EX):
            file.close()
            return False
        file.truncate(0)
        file.write(f"{os.getpid()} {self._role}\n")
        file.flush()
        self._file = file
        return True

    def descriptor(self) -> int:
        """Return the lock's file descriptor, for the guardian to hold as well."""
        assert self._file is not None  # noqa: S101
        return self._file.fileno()

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def owner(self) -> tuple[int, str]:
        """Return process number and role of the owner, as far as it is known."""
        number, _, role = self._path.read_text().strip().partition(" ")
        return (int(number) if number.isdigit() else 0), role or "another command"

    def owner_lives(self) -> bool:
        """Return False when only the guardian of a killed owner still holds the lock."""
        number, _ = self.owner()
        return number != 0 and is_alive(number)

    @contextlib.contextmanager
    def sharing(self) -> Iterator[None]:
        """Keep the owner from stopping its servers while this runs."""
        with _open(self._users_path) as file:
            _wait_for_lock(file, fcntl.LOCK_SH, lambda: None)
            yield

    def wait_for_users(self, say: Callable[[str], None]) -> None:
        with _open(self._users_path) as file:
            _wait_for_lock(
                file,
                fcntl.LOCK_EX,
                lambda: say("another command still uses the database; it stops with that"),
            )


def take_for_start(
    var: Path, say: Callable[[str], None], pause: Callable[[float], None]
) -> Ownership:
    """Take the servers for `manage.py start`, after a command that owns them has ended.

    Raises ServersError when another `start` runs here.
    """
    ownership = Ownership(var, START)
    told = ""
    while not ownership.try_take():
        number, role = ownership.owner()
        if role == START and is_alive(number):
            raise ServersError(
                f"Broadsheet already runs from this folder (process {number}): "
                "open it, or stop it first."
            )
        wait_for = f"'{role}' (process {number})"
        if told != wait_for:
            say(f"waiting for {wait_for} to end, which has the database")
            told = wait_for
        pause(_POLL_SECONDS)
    return ownership


def is_alive(number: int) -> bool:
    """Whether a process of this number runs, whoever's it is."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _open(path: Path) -> IO[str]:
    try:
        return path.open("a+")
    except OSError as error:
        raise ServersError(
            f"Cannot write to {path} ({error.strerror}): run this as the user who owns it, "
            "or set BROADSHEET_VAR to a folder of your own."
        ) from error


def _lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for_lock(file: IO[str], kind: int, explain: Callable[[], None]) -> None:
    explain_at = time.monotonic() + _SILENT_SECONDS
    explained = False
    while not _lock(file, kind):
        if not explained and time.monotonic() > explain_at:
            explain()
            explained = True
        time.sleep(_POLL_SECONDS)
