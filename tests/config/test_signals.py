"""What asks to end, and what does not: a terminal that goes away under `nohup`."""

import os
import signal
from collections.abc import Iterator

import pytest

from config.supervisor.signals import STOPPED, StopSignals, stopped_like_ctrl_c
from tests.config.processes import handlers_kept


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Those of a process that was started from a terminal."""
    with handlers_kept():
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        yield


def receive(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


def test_a_site_outlives_its_terminal_under_nohup_and_still_ends_when_told() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signals = StopSignals()
    receive(signal.SIGHUP)
    assert signals.count == 0
    receive(signal.SIGTERM)
    assert signals.count == 1


def test_a_window_that_is_closed_asks_once_however_often_it_is_said() -> None:
    signals = StopSignals()
    receive(signal.SIGHUP)
    receive(signal.SIGHUP)
    assert signals.count == 1
    receive(signal.SIGINT)
    assert signals.count == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_told_to_end_tidies_up_first(number: signal.Signals) -> None:
    tidied: list[str] = []

    def work() -> None:
        try:
            receive(number)
        finally:
            if number == signal.SIGHUP:
                receive(number)  # a closed window says it twice
            tidied.append("all")

    before = signal.getsignal(number)
    with pytest.raises(SystemExit) as ended, stopped_like_ctrl_c():
        work()
    assert tidied == ["all"]
    assert ended.value.code == STOPPED
    assert signal.getsignal(number) is before


def test_a_command_goes_on_when_the_terminal_goes_under_nohup() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with stopped_like_ctrl_c():
        receive(signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
