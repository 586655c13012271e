"""Decides which system user runs the private servers and gives that user its folders.

Postgres refuses to run as root, so for root there is an unprivileged user. It never changes the
permissions of a folder it did not make.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.servers.errors import ServersError
from config.servers.paths import servers_home

SYSTEM_USER = "broadsheet-db"
FALLBACK_USER = "nobody"


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int

    def popen_options(self) -> dict[str, Any]:
        """Return what subprocess needs to run a program as this user: nothing unless root."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def make_var(var: Path) -> None:
    """Make `var/` if it is missing; raise ServersError when that cannot be."""
    try:
        if var.exists():
            return
        var.mkdir(parents=True)
        _open_to_server_user(var)
    except OSError as error:
        raise _cannot_write(var, error) from error


def make_home(var: Path) -> Path:
    """Make the servers' home where it is missing, and `var/` before it; return the home.

    Raises ServersError when they cannot be written.
    """
    make_var(var)
    try:
        home = servers_home(var)
        if not home.exists():
            home.mkdir(parents=True)
            _open_to_server_user(home.parent, home)
        if not (var / "servers").exists():
            (var / "servers").symlink_to(home)
    except OSError as error:
        raise _cannot_write(var, error) from error
    return home


def choose_account(home: Path) -> Account:
    """Return the user that owns the data below `home`, or for new data the one to own it.

    Raises ServersError when the data belongs to another user than the one who runs this.
    """
    data = home / "postgres"
    if data.exists():
        return _owner_of(data)
    if os.geteuid() != 0:
        return Account(os.getuid(), os.getgid())
    entry = _find_user(SYSTEM_USER) or _add_system_user() or _find_user(FALLBACK_USER)
    if entry is None:
        raise ServersError(
            f"Postgres cannot run as root and no user could be made for it: run "
            f"'useradd --system {SYSTEM_USER}', or set DATABASE_URL and REDIS_URL."
        )
    return Account(entry.pw_uid, entry.pw_gid)


def give_folder(folder: Path, account: Account) -> None:
    """Make `folder` if missing and let nobody but `account` (and root) enter it.

    Raises ServersError when another user's folder lies there, as may happen below /tmp.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder.lstat()
    if folder.is_symlink() or state.st_uid not in {os.geteuid(), account.uid}:
        raise ServersError(f"{folder} belongs to another user: remove it and start again.")
    folder.chmod(0o700)
    if os.geteuid() == 0:
        os.chown(folder, account.uid, account.gid)


def _cannot_write(var: Path, error: OSError) -> ServersError:
    return ServersError(
        f"Cannot write to {error.filename or var} ({error.strerror}): make it writable, "
        "or set BROADSHEET_VAR to a folder that is."
    )


def _open_to_server_user(*folders: Path) -> None:
    # Root's umask may be 077; these folders are new and hold only folders with their own modes.
    mode = 0o755 if os.geteuid() == 0 else 0o700
    for folder in folders:
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(mode)


def _owner_of(data: Path) -> Account:
    state = data.stat()
    if os.geteuid() not in {0, state.st_uid}:
        raise ServersError(
            f"{data} belongs to user {_user_name(state.st_uid)}: start as that user, "
            "or set BROADSHEET_VAR to a folder of your own."
        )
    return Account(state.st_uid, state.st_gid)


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _find_user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _add_system_user() -> pwd.struct_passwd | None:
    command = ["useradd", "--system", "--user-group", "--no-create-home"]
    command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    try:
        subprocess.run(command, env={"PATH": path}, capture_output=True, check=False)  # noqa: S603
    except OSError:
        return None
    return _find_user(SYSTEM_USER)
