"""Whether a mail is being handed over on this machine, for whoever is about to kill a process.

The sender holds a lock on a file, which ends with the process, whatever ends it.
"""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)


def _file() -> Path:
    return Path(settings.VAR) / "mail-in-hand"


@contextmanager
def mail_in_hand() -> Iterator[None]:
    """Say so for as long as this lasts; where it cannot be written, mail goes out all the same."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(_file().open("ab"))
            fcntl.flock(file, fcntl.LOCK_SH)
        except OSError:
            logger.exception("Nobody will wait for the mails in hand")
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
