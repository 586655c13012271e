"""Decides where the private servers of one installation live; never starts or writes anything.

`var/servers` is their home, or a link to one below /var/lib/broadsheet: as root the servers run as
an unprivileged user, who may not be able to reach `var/`. Settings read this, so it imports little.
"""

import hashlib
import os
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

# The system limits a socket's path to 107 bytes (103 on macOS); the name takes up to 14 of them.
LONGEST_SOCKET_FOLDER_BYTES = 90
SYSTEM_FOLDER = Path("/var/lib/broadsheet")
DATABASE = ROLE = "broadsheet"
# `cache.clear()` empties a whole Redis database, so what is queued lies in another.
CACHE_NUMBER, BROKER_NUMBER = 0, 1
_PROJECT = Path(__file__).resolve().parent.parent.parent


def var_directory() -> Path:
    """Return the absolute folder of everything this installation writes: BROADSHEET_VAR or var/."""
    return Path(os.environ.get("BROADSHEET_VAR") or _PROJECT / "var").absolute()


def servers_home(var: Path) -> Path:
    """Return the folder that holds the servers' programs, data and sockets.

    Once `var/servers` exists it decides, so that a later change of permissions loses no data.
    """
    home = var / "servers"
    if home.is_symlink():
        return home.readlink()
    if not home.exists() and os.geteuid() == 0 and not _everyone_can_reach(var):
        return SYSTEM_FOLDER / _digest(var)
    return home


def postgres_socket_directory(var: Path) -> Path:
    return _socket_directory(var, "postgres-socket")


def valkey_socket(var: Path) -> Path:
    return _socket_directory(var, "valkey-socket") / "valkey.sock"


def default_database_url(var: Path) -> str:
    """Return django-environ's form for a Unix socket: an empty host, then folder and database."""
    return f"postgresql://{ROLE}@/{quote(str(postgres_socket_directory(var)))}/{DATABASE}"


def default_redis_url(var: Path) -> str:
    return f"unix://{quote(str(valkey_socket(var)))}?db={CACHE_NUMBER}"


def default_broker_url(var: Path) -> str:
    return f"redis+socket://{quote(str(valkey_socket(var)))}?virtual_host={BROKER_NUMBER}"


def _socket_directory(var: Path, name: str) -> Path:
    inside = servers_home(var) / name
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER_BYTES:
        return inside
    return Path(tempfile.gettempdir()) / f"broadsheet-{os.getuid()}-{_digest(var)}-{name}"


def _digest(var: Path) -> str:
    return hashlib.sha256(os.fsencode(var)).hexdigest()[:12]


def _everyone_can_reach(folder: Path) -> bool:
    existing = (parent for parent in (folder, *folder.parents) if parent.exists())
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in existing)
