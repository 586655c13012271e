"""Whether a mail is being handed over on this machine, for whoever is about to kill a process.

The sender holds a lock on a file, which ends with the process, whatever ends it.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


def _file() -> Path:
    return Path(settings.VAR) / "mail-in-hand"


@contextmanager
def mail_in_hand() -> Iterator[None]:
    """Say so for as long as this lasts; raise OSError where BROADSHEET_VAR cannot be written."""
    with _file().open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def is_any() -> bool:
    try:
        with _file().open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
