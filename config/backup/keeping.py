"""Where backups lie, under which names, and how long they are kept."""

import contextlib
import os
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from config.servers.ownership import is_alive

_NAME = "broadsheet-{:%Y%m%d-%H%M%S}.backup"
_KNOWN = re.compile(r"broadsheet-(\d{8}-\d{6})\.backup", re.ASCII)
_DRAFT = re.compile(r"\..+\.(\d+)\.partial", re.ASCII)
# A draft is written to all the time. Numbers of processes alone do not tell: each container begins
# to count anew, so that who was killed there had the number of who comes after.
SILENT_SECONDS = 6 * 3600


def default_folder() -> Path:
    return Path(settings.VAR) / "backups"


def choose_target(given: Path | None, made_at: datetime) -> Path:
    """Return the file to write: `given`, or a new name in the folder that is given, or in
    var/backups, which is made with mode 0700 where it is missing."""
    if given is None:
        given = default_folder()
        given.mkdir(mode=0o700, parents=True, exist_ok=True)
    if given.is_dir():
        return given / _NAME.format(made_at.astimezone(UTC))
    return given


def list_backups(folder: Path) -> list[Path]:
    """Return the backups with names of our making, newest first."""
    found = [path for path in folder.glob("broadsheet-*.backup") if _KNOWN.fullmatch(path.name)]
    return sorted(found, key=lambda path: path.name, reverse=True)


def forget_old(folder: Path, *, now: datetime, days: int) -> list[Path]:
    """Delete backups made over `days` days ago, but never the newest; return those deleted."""
    gone = []
    for path in list_backups(folder)[1:]:
        if now - _made_at(path) > timedelta(days=days):
            path.unlink(missing_ok=True)
            gone.append(path)
    return gone


def draft_of(target: Path) -> Path:
    """Return the file beside `target` that is written until it is whole."""
    return target.with_name(f".{target.name}.{os.getpid()}.partial")


def remove_dead_drafts(folder: Path) -> None:
    """Remove what processes that were killed left half written."""
    for path in folder.glob(".*.partial"):
        match = _DRAFT.fullmatch(path.name)
        with contextlib.suppress(OSError):
            if match and (not is_alive(int(match[1])) or _is_silent(path)):
                path.unlink()


def _is_silent(draft: Path) -> bool:
    return time.time() - draft.stat().st_mtime > SILENT_SECONDS


def _made_at(path: Path) -> datetime:
    match = _KNOWN.fullmatch(path.name)
    assert match is not None  # noqa: S101
    return datetime.strptime(match[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
