"""Which pg_dump and pg_restore to use: one not older than the server, as near to it as there is.

For the private server it is the wheel's own. For another it is the system's first. The wheel's
libpq speaks no TLS, so that there its programs are given the one that psycopg brings, by which the
site itself reaches the server.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from psycopg import pq

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
    """A program and its version, as server_version_num: 18.6 is 180006.

    `libpq` is to be loaded in place of its own.
    """

    path: Path
    version: int
    speaks_tls: bool = True
    libpq: Path | None = None

    @property
    def major(self) -> int:
        return self.version // 10_000

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.libpq)} if self.libpq else {}

    def __str__(self) -> str:
        return str(self.major) if self.speaks_tls else f"{self.major} without TLS"


def find_program(name: str, *, least_major: int, private: bool, tls: bool = False) -> Found:
    """Return the program `name` of the smallest major version from `least_major` on.

    With `tls` only one that speaks it. Raises BackupError, saying what to install, when there is
    none.
    """
    wheels = list(_of_the_wheel(name, private=private))
    systems = [each for folder in _system_folders() if (each := _look_at(folder / name))]
    found = [*wheels, *systems] if private else [*systems, *wheels]
    fitting = [each for each in found if each.major >= least_major and (each.speaks_tls or not tls)]
    if not fitting:
        have = ", ".join(sorted({str(each) for each in found})) or "none"
        wanted = ", which speaks TLS as DATABASE_URL asks for," if tls else ""
        raise BackupError(
            f"{name} of Postgres {least_major} or newer{wanted} is needed, and there is {have}: "
            f"install the package postgresql-client-{least_major}, or put its folder on PATH."
        )
    return min(fitting, key=lambda each: each.major)


def _of_the_wheel(name: str, *, private: bool) -> Iterator[Found]:
    folder = wheel_postgres_programs()
    found = _look_at(folder / name) if folder else None
    if found:
        libpq = None if private else _libpq_of_psycopg(found.major)
        yield replace(found, speaks_tls=libpq is not None, libpq=libpq)


def _libpq_of_psycopg(least_major: int) -> Path | None:
    """Return psycopg's libpq where a program of `least_major` may be given it; else None.

    An older one lacks functions. Only Linux loads it so, from a path that the variable can hold.
    """
    spec = find_spec("psycopg_binary") if pq.__impl__ == "binary" else None
    if sys.platform != "linux" or spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent.with_name("psycopg_binary.libs")
    path = next(folder.glob("libpq-*.so*"), None)
    if path is None or re.search(r"[\s:]", str(path)) or pq.version() // 10_000 < least_major:
        return None
    return path


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
