"""What asks to end."""

import os
import signal
from collections.abc import Iterator

import pytest

from config.supervisor.signals import StopSignals
from tests.config.processes import handlers_kept


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Those of a process that was started from a terminal."""
    with handlers_kept():
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        yield


def receive(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


def test_a_window_that_is_closed_asks_once_however_often_it_is_said() -> None:
    signals = StopSignals()
    receive(signal.SIGHUP)
    receive(signal.SIGHUP)
    assert signals.count == 1
    receive(signal.SIGINT)
    assert signals.count == 2
