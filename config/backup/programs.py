"""Which pg_dump and pg_restore to use: one not older than the server, as near to it as there is.

For the private server it is the wheel's own. For another it is the system's first, since the
wheel's cannot speak TLS.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.backup.archive import BackupError
from config.servers.programs import wheel_postgres_programs

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?")
# Where distributions put the programs of several versions beside each other.
_SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A program and its version, as server_version_num: 18.6 is 180006."""

    path: Path
    version: int

    @property
    def major(self) -> int:
        return self.version // 10_000


def find_program(name: str, *, least_major: int, private: bool) -> Found:
    """Return the program `name` of the smallest major version from `least_major` on.

    Raises BackupError, saying what to install, when there is none.
    """
    wheel = wheel_postgres_programs()
    folders = [wheel] if wheel else []
    folders = [*folders, *_system_folders()] if private else [*_system_folders(), *folders]
    found = [each for folder in folders if (each := _look_at(folder / name))]
    fitting = [each for each in found if each.major >= least_major]
    if not fitting:
        have = ", ".join(sorted({str(each.major) for each in found})) or "none"
        raise BackupError(
            f"{name} of Postgres {least_major} or newer is needed, and there is {have}: install "
            f"the package postgresql-client-{least_major}, or put its folder on PATH."
        )
    return min(fitting, key=lambda each: each.major)


def _system_folders() -> Iterator[Path]:
    yield from (Path(folder) for folder in os.get_exec_path() if folder)
    for pattern in _SYSTEM_FOLDERS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")))


def _look_at(program: Path) -> Found | None:
    if not os.access(program, os.X_OK):
        return None
    asked = subprocess.run(  # noqa: S603
        [program, "--version"], capture_output=True, text=True, check=False
    )
    match = _VERSION.search(asked.stdout)
    return Found(program, int(match[1]) * 10_000 + int(match[2] or 0)) if match else None
