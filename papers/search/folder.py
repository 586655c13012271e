"""Where a machine's index lies on disk, and what may be said about it without opening it.

current -> v1-6f0c...   the live index; the link is replaced in one step
state.json              how far the follower is (FollowerState)
lock                    held by the one process that writes
rebuild                 left by whoever wants a new index from the process that writes
"""

import errno
import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from papers.search.schema import INDEX_VERSION

_FULL = {errno.ENOSPC, errno.EDQUOT}


class IndexBusy(Exception):
    """Another process of this machine writes the index."""


class IndexStuck(Exception):
    """The index cannot be written: the disk is full, say, or the folder is not ours."""


@dataclass(frozen=True, slots=True)
class FollowerState:
    """What the follower last said; `updated_at` in seconds since 1970.

    `phase` is "building", "following", "waiting" (for the database) or "stuck" (the folder cannot
    be written). `indexed` counts papers in the index being written, `papers` those in the database
    when it was last counted. Every change below the transaction `cursor` can be found, and every
    one stored before `level_at`, in seconds as `updated_at`; 0: none ever could.
    """

    phase: str
    indexed: int
    papers: int
    cursor: int
    updated_at: float
    pid: int
    level_at: float = 0.0


def root() -> Path:
    return Path(settings.SEARCH_INDEX)


def served() -> Path | None:
    """Return the folder of the live index, of whatever version; None when there is none."""
    try:
        return root() / os.readlink(root() / "current")
    except OSError:
        return None


def current() -> Path | None:
    """Return the folder of the live index, None when there is none of this version."""
    path = served()
    return path if path and path.name.startswith(f"v{INDEX_VERSION}-") else None


def withdraw() -> None:
    """Let readers see no index any more."""
    (root() / "current").unlink(missing_ok=True)


def is_lost() -> bool:
    """Whether someone removed the live index from under the follower."""
    return not (root() / "current" / "meta.json").exists()


def create_folder() -> Path:
    folder = root() / f"v{INDEX_VERSION}-{uuid.uuid4().hex[:12]}"
    folder.mkdir(parents=True)
    return folder


def make_current(folder: Path) -> None:
    """Let readers see `folder` instead of the index before it, in one step."""
    link = root() / f"current.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name)
    link.replace(root() / "current")


def remove_others() -> None:
    """Remove what is not the live index: older ones, and those that never were finished."""
    kept = served()
    for folder in root().glob("v*-*"):
        if folder != kept:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def write_lock() -> Iterator[None]:
    """Be the one writer of this machine; raises IndexBusy when there is one already.

    The system lets go of the lock when the process ends, however it ends.
    """
    root().mkdir(parents=True, exist_ok=True)
    with (root() / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise IndexBusy from None
        yield


def is_being_written() -> bool:
    try:
        with write_lock():
            return False
    except IndexBusy:
        return True


def ask_for_rebuild() -> None:
    root().mkdir(parents=True, exist_ok=True)
    (root() / "rebuild").touch()


def is_rebuild_wanted() -> bool:
    return (root() / "rebuild").exists()


def forget_rebuild() -> None:
    (root() / "rebuild").unlink(missing_ok=True)


def write_state(state: FollowerState) -> None:
    """On a full disk it is written over the last one, which needs no room: that is when it matters.

    Raises OSError where that cannot be done either.
    """
    text, path = json.dumps(asdict(state)), root() / "state.json"
    temporary = root() / f"state.{os.getpid()}"
    try:
        temporary.write_text(text)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        if error.errno not in _FULL:
            raise
        with path.open("r+b", buffering=0) as file:
            # One write no shorter than before, so that no reader sees the end of another text.
            file.write(text.encode().ljust(os.fstat(file.fileno()).st_size))


def is_stuck() -> bool:
    said = read_state()
    return said is not None and said.phase == "stuck"


def read_state() -> FollowerState | None:
    """Return what the follower last said, None when it never said anything readable."""
    try:
        return FollowerState(**json.loads((root() / "state.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
