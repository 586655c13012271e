"""Whether this process was asked to stop: long work looks here between two steps and ends early.

A worker on threads finishes what is in hand before it goes, and a chunk of a hundred readers may
take minutes; killed for that, it leaves a reader of whom nobody knows whether the mail arrived.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


# A plain flag: a lock would stand still when a second signal comes while the first holds it.
class _Flag:
    is_set = False


def ask() -> None:
    _Flag.is_set = True


def is_asked() -> bool:
    return _Flag.is_set


@contextmanager
def asked_by_sigterm() -> Iterator[None]:
    """Take SIGTERM as the question, for a command that runs without a worker around it."""

    def take(*_arguments: Any) -> None:
        ask()

    before = signal.signal(signal.SIGTERM, take)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        _Flag.is_set = False
