"""Whose the private servers are: who starts them, uses them, and waits for the others."""

import os
import signal
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from config.servers.commands import needs_servers
from config.servers.errors import ServersError
from config.servers.ownership import Ownership, take_for_start
from config.servers.private import servers_for_command
from tests.config.servers.installation import (
    BOTH,
    ask,
    ignore,
    postmaster,
)


def test_second_command_uses_the_servers_of_the_first(var: Path) -> None:
    with servers_for_command(var, "first", BOTH, ignore):
        server = postmaster(var)
        with servers_for_command(var, "second", BOTH, ignore):
            assert postmaster(var) == server


def test_command_that_ends_first_waits_for_who_still_uses_its_servers(var: Path) -> None:
    said: list[str] = []
    first = Ownership(var, "first")
    assert first.try_take()
    with Ownership(var, "second").sharing():
        waiting = pytest.raises(TimeoutError)
        signal.signal(signal.SIGALRM, _raise_timeout)
        signal.setitimer(signal.ITIMER_REAL, 1.3)
        with waiting:
            first.wait_for_users(said.append)
    first.wait_for_users(said.append)
    first.release()
    assert said == ["another command still uses the database; it stops with that"]


def test_command_that_fails_waits_too(var: Path) -> None:
    is_used, is_told = threading.Event(), threading.Event()

    def use_servers() -> str:
        with servers_for_command(var, "second", BOTH, ignore):
            is_used.set()
            is_told.wait(5)
            return ask(var, "SELECT 1")

    def hear(_server: str, text: str) -> None:
        if "still uses" in text:
            is_told.set()

    def fail(pool: ThreadPoolExecutor, answers: list[Future[str]]) -> None:
        with servers_for_command(var, "first", BOTH, hear):
            answers.append(pool.submit(use_servers))
            assert is_used.wait(10)
            raise ZeroDivisionError

    answers: list[Future[str]] = []
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(ZeroDivisionError):
            fail(pool, answers)
        assert is_told.is_set()
        assert answers[0].result(10) == "1"


def _raise_timeout(*_: object) -> None:
    raise TimeoutError


def test_start_says_whom_it_waits_for(var: Path) -> None:
    command = Ownership(var, "loadpapers")
    assert command.try_take()
    said: list[str] = []

    def release(_seconds: float) -> None:
        command.release()

    take_for_start(var, said.append, release).release()
    assert len(said) == 1
    assert f"waiting for 'loadpapers' (process {os.getpid()})" in said[0]


def test_second_start_is_refused(var: Path) -> None:
    first = take_for_start(var, ignore, time.sleep)
    with pytest.raises(ServersError, match="already runs from this folder"):
        take_for_start(var, ignore, time.sleep)
    first.release()


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["migrate"], True),
        (["createsuperuser"], True),
        (["check", "--database", "default"], True),
        (["check", "--deploy"], False),
        (["start"], False),
        (["migrate", "--help"], False),
        ([], False),
    ],
)
def test_only_commands_that_ask_the_database_have_servers(
    arguments: list[str], needed: bool
) -> None:
    assert needs_servers(arguments) is needed
