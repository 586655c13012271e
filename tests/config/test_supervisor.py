"""What keeps a site running, with small children of its own; test_start.py has the real ones."""

import io
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from pytest_django import Settings

from config.servers.errors import ServersError
from config.servers.processes import Guardian, Program
from config.supervisor.children import NAMES, STOP_STEPS, choose_names, describe_child
from config.supervisor.output import Log
from config.supervisor.signals import StopRequested, StopSignals
from config.supervisor.supervisor import Supervisor, back_off_seconds
from tests.config.processes import handlers_kept, is_running, wait_until

PROJECT = Path(__file__).resolve().parent.parent.parent
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("grandchild", child.pid, flush=True)
time.sleep(60)
"""


class Stage(NamedTuple):
    """A supervisor, and what it has written."""

    supervisor: Supervisor
    signals: StopSignals
    written: io.StringIO

    def run_until(self, is_done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 5

        def check() -> None:
            assert time.monotonic() < deadline, self.written.getvalue()
            if is_done():
                os.kill(os.getpid(), signal.SIGINT)

        with pytest.raises(StopRequested):
            self.supervisor.run(check)

    def keep(self, name: str, code: str) -> None:
        command = [sys.executable, "-c", code]
        self.supervisor.keep_child(Program(name, command, os.environ, PROJECT))


@pytest.fixture
def stage() -> Iterator[Stage]:
    with handlers_kept():
        guardian, signals, written = Guardian(), StopSignals(), io.StringIO()
        yield Stage(Supervisor(Log(written), guardian, signals), signals, written)
        guardian.close()


# --- Children that die, children that will not --------------------------------------------------


def test_back_off_doubles_up_to_a_minute() -> None:
    assert [back_off_seconds(n) for n in (1, 2, 3, 6, 99)] == [2, 4, 8, 60, 60]


def test_child_that_dies_starts_again_and_this_is_said(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.supervisor.supervisor.back_off_seconds", lambda failures: 0.1)
    stage.keep("worker-io", "print('hello', flush=True); raise SystemExit(3)")
    stage.run_until(lambda: stage.written.getvalue().count("hello") >= 2)
    stage.supervisor.stop_children()
    assert "worker-io stopped with exit code 3; starting again in 0 s" in stage.written.getvalue()


@pytest.mark.promise(14)
def test_child_that_is_of_no_use_and_does_not_listen_is_killed_and_started_anew(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.supervisor.supervisor.LAST_WORDS_SECONDS", 0.1)
    monkeypatch.setattr("config.supervisor.supervisor.back_off_seconds", lambda _failures: 0.1)
    stage.keep("deaf", STUBBORN)

    def is_started_anew() -> bool:
        written = stage.written.getvalue()
        if "grandchild" in written and "of no use" not in written:
            stage.supervisor.restart("deaf", "is of no use")
        return "deaf runs again" in written

    stage.run_until(is_started_anew)
    stage.supervisor.stop_children()
    assert "deaf was killed by SIGKILL" in stage.written.getvalue()
    assert stage.written.getvalue().count("is of no use") == 1


def test_killed_child_is_called_killed(stage: Stage) -> None:
    stage.keep("beat", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    stage.run_until(lambda: "starting again" in stage.written.getvalue())
    assert "beat was killed by SIGKILL; starting again in 2 s" in stage.written.getvalue()


def test_server_that_cannot_start_is_tried_again(stage: Stage) -> None:
    def refuse() -> None:
        raise ServersError("no room")

    stage.supervisor.keep("postgres", refuse)  # type: ignore[arg-type]
    stage.run_until(lambda: "starting again" in stage.written.getvalue())
    assert "postgres cannot start (no room); starting again in 2 s" in stage.written.getvalue()


def test_each_line_carries_the_name_of_who_wrote_it(stage: Stage) -> None:
    stage.keep("follower", "import time; print('one\\n\\ntwo', flush=True); time.sleep(60)")
    stage.run_until(lambda: "two" in stage.written.getvalue())
    stage.supervisor.stop_children()
    lines = stage.written.getvalue().splitlines()
    assert [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in lines] == [
        "follower   | one",
        "follower   | two",
    ]


def test_child_that_ignores_a_stop_is_killed_with_all_it_started(stage: Stage) -> None:
    stage.keep("beat", STUBBORN)
    stage.run_until(lambda: "grandchild" in stage.written.getvalue())
    stage.supervisor.stop_children()
    grandchild = stage.written.getvalue().split()[-1]
    wait_until(lambda: not is_running(int(grandchild)), seconds=2)


def test_second_signal_stops_at_once(stage: Stage) -> None:
    stage.keep("worker-io", STUBBORN)
    stage.run_until(lambda: "grandchild" in stage.written.getvalue())
    os.kill(os.getpid(), signal.SIGINT)
    began = time.monotonic()
    stage.supervisor.stop_children()
    assert time.monotonic() - began < 1


def preparing(code: str) -> Program:
    return Program("prepare", [sys.executable, "-c", code], os.environ, PROJECT)


def test_what_ends_by_itself_is_waited_for_and_its_last_words_are_logged(stage: Stage) -> None:
    code = stage.supervisor.run_to_its_end(preparing("import sys; sys.exit('no room')"), "start")
    assert code == 1
    assert "start      | no room\n" in stage.written.getvalue()


def test_what_prepares_is_asked_to_stop_and_the_second_time_killed(stage: Stage) -> None:
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(stage.supervisor.run_to_its_end, preparing(STUBBORN), "start")
        wait_until(lambda: "grandchild" in stage.written.getvalue(), seconds=5)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.5)
        assert not ended.done()  # it does not listen, and once is no reason to kill it
        os.kill(os.getpid(), signal.SIGTERM)
        assert ended.result(5) == -signal.SIGKILL


SENDING = """
import os, signal, time
from django.conf import settings
settings.configure(VAR=os.environ["BROADSHEET_VAR"])
from accounts.digest.in_hand import mail_in_hand
signal.signal(signal.SIGTERM, signal.SIG_IGN)
with mail_in_hand():
    print("sending", flush=True)
    time.sleep(1.0)
    print("through", flush=True)
time.sleep(60)
"""


@pytest.fixture
def sending(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> Stage:
    """A worker that is asked to stop, may live a tenth of a second, and has a mail in hand."""
    settings.VAR = tmp_path
    monkeypatch.setenv("BROADSHEET_VAR", str(tmp_path))
    monkeypatch.setattr("config.supervisor.supervisor.STOP_STEPS", ((("worker-io",), 0.1),))
    stage.keep("worker-io", SENDING)
    stage.run_until(lambda: "sending" in stage.written.getvalue())
    return stage


@pytest.mark.promise(44)
def test_a_worker_lives_until_the_mail_in_its_hand_is_through(sending: Stage) -> None:
    began = time.monotonic()
    sending.supervisor.stop_children()
    took = time.monotonic() - began
    assert "through" in sending.written.getvalue()
    assert "waiting for mails in hand" in sending.written.getvalue()
    assert took < 5  # not for what it does besides


def test_a_mail_that_does_not_end_is_not_waited_for_for_ever(
    sending: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.supervisor.supervisor.MAIL_SECONDS", 0.2)
    sending.supervisor.stop_children()
    assert "through" not in sending.written.getvalue()


def test_beat_stops_first_and_web_last_within_seven_seconds() -> None:
    assert NAMES == ("beat", "worker-io", "worker-cpu", "follower", "web")
    assert sum(seconds for _, seconds in STOP_STEPS) <= 7  # the servers have three more


# --- What is run -------------------------------------------------------------------------------


def test_machines_share_work_by_names() -> None:
    assert choose_names(["web", "follower"], []) == ["follower", "web"]
    assert choose_names([], ["beat"]) == ["worker-io", "worker-cpu", "follower", "web"]


def test_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"no process 'wob': choose from beat, worker-io"):
        choose_names([], ["wob"])


@pytest.mark.parametrize("name", NAMES)
def test_every_child_has_a_command(name: str) -> None:
    assert sys.executable in describe_child(name).command


def test_workers_give_way_to_pages() -> None:
    """Where cores are short; by the command itself, so that units and containers do the same."""
    giving_way = {name for name in NAMES if describe_child(name).command[0] == "nice"}
    assert giving_way == {"worker-io", "worker-cpu"}
