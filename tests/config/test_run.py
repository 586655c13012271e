"""`manage.py run` and `prepare`: what containers and units start."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import OperationalError, ProgrammingError, connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from config.management.commands import prepare
from config.management.commands.migrate import TableInUseError
from config.servers.errors import ServersError
from config.supervisor import preparation
from config.supervisor.children import NAMES, describe_child
from config.supervisor.self_watch import WATCHED_VARIABLE
from tests import own_database
from tests.config.processes import wait_until

PROJECT = Path(__file__).resolve().parent.parent.parent
PREPARE_UNIT = PROJECT / "deploy" / "systemd" / "broadsheet-prepare.service"


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> list[Any]:
    settings.EMBEDDED_POSTGRES = settings.EMBEDDED_REDIS = False
    calls: list[Any] = []
    monkeypatch.setattr(os, "execvpe", lambda *arguments: calls.append(arguments))
    monkeypatch.setattr(os, "chdir", lambda folder: None)
    return calls


@pytest.mark.parametrize("name", NAMES)
def test_run_becomes_what_start_runs(executed: list[Any], name: str) -> None:
    call_command("run", name)
    program = describe_child(name)
    ((path, command, environment),) = executed
    assert path == program.command[0]
    assert environment == {**program.environment, WATCHED_VARIABLE: name}
    others = {*command} ^ {*program.command}
    assert others == ({"--graceful-timeout=1", "--graceful-timeout=20"} if name == "web" else set())
    # Below `start` the supervisor watches.
    assert WATCHED_VARIABLE not in program.environment


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    sites: list[Any] = []
    monkeypatch.setattr(
        "config.management.commands.start.Site",
        lambda *given: Mock(run=lambda: sites.append(given)),
    )
    return sites


def test_pages_are_not_served_where_each_would_lead_to_itself(
    executed: list[Any], started: list[Any], settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT, settings.TRUSTED_PROXIES = True, 0
    for command in (["run", "web"], ["start"], ["start", "--only=web,follower"]):
        with pytest.raises(SystemCheckError, match="write TRUSTED_PROXIES=1"):
            call_command(*command)
    assert not executed
    assert not started
    call_command("run", "worker-io")
    call_command("start", "--without=web")
    assert len(executed) == len(started) == 1


def test_run_refuses_private_servers(executed: list[Any], settings: Settings) -> None:
    settings.EMBEDDED_REDIS = True
    with pytest.raises(CommandError, match="set DATABASE_URL and REDIS_URL"):
        call_command("run", "web")
    assert not executed


def test_run_knows_no_other_process(executed: list[Any]) -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("run", "worker")
    assert not executed


def test_web_has_threads_unless_told(settings: Settings) -> None:
    settings.WEB_WORKERS, settings.WEB_PROCESSES, settings.WEB_THREADS = "threads", 3, 5
    command = describe_child("web").command
    assert {"--worker-class=config.web.PatientWorker", "--workers=3", "--threads=5"} <= {*command}


def test_web_behind_a_buffering_proxy_has_none(settings: Settings) -> None:
    settings.WEB_WORKERS, settings.WEB_PROCESSES = "sync", 4
    command = describe_child("web").command
    assert {"--worker-class=config.web.BufferedWorker", "--workers=4"} <= {*command}
    assert not any(argument.startswith("--threads") for argument in command)


def test_workers_are_as_large_as_told(settings: Settings) -> None:
    settings.IO_THREADS, settings.CPU_PROCESSES = 3, 2
    assert "--concurrency=3" in describe_child("worker-io").command
    assert "--concurrency=2" in describe_child("worker-cpu").command


@pytest.mark.parametrize(
    ("arguments", "gives_up"), [(["prepare"], True), (["prepare", "--wait"], False), ([], False)]
)
def test_prepare_waits_for_a_database_as_long_as_told(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], gives_up: bool
) -> None:
    """Without arguments: those of the unit, on which all other units wait."""
    if not arguments:
        line = re.search(r"^ExecStart=\S+ manage.py (.*)$", PREPARE_UNIT.read_text(), re.MULTILINE)
        assert line
        arguments = line[1].split()
    tries = iter(range(500))
    waited: list[float] = []

    def connect() -> None:
        if next(tries) < 400:
            raise OperationalError("Connection refused")

    clock = SimpleNamespace(monotonic=lambda: sum(waited), sleep=waited.append)
    monkeypatch.setattr(preparation, "connection", SimpleNamespace(ensure_connection=connect))
    for module in (preparation, prepare):
        monkeypatch.setattr(module, "time", clock)
    for step in ("migrate", "collect_static"):
        monkeypatch.setattr(preparation, step, lambda *_given: None)
    with pytest.raises(ServersError, match="No database answers") if gives_up else nullcontext():
        call_command(*arguments)
    assert sum(waited) == pytest.approx(60.5 if gives_up else 200)


@pytest.mark.django_db(transaction=True)
def test_who_waits_to_migrate_holds_up_no_index_that_is_built_beside() -> None:
    waits = threading.Event()

    def migrate() -> None:
        try:
            preparation.migrate(lambda _text: waits.set(), time.sleep)
        finally:
            connection.close()

    with own_database.connect(autocommit=True) as other, ThreadPoolExecutor(1) as pool:
        other.execute("CREATE TABLE beside (number int)")
        try:
            other.execute("SELECT pg_advisory_lock(%s)", [preparation._MIGRATION_LOCK])
            prepared = pool.submit(migrate)
            waits.wait(3)
            other.execute("CREATE INDEX CONCURRENTLY ON beside (number)")
            assert not prepared.done()
        finally:
            other.execute("SELECT pg_advisory_unlock_all()")
            other.execute("DROP TABLE beside")
        prepared.result(30)


@pytest.mark.django_db
def test_a_migration_that_is_not_applied_or_a_changed_static_file_asks_for_preparation(
    settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    assert not preparation.is_needed(serves=False)
    assert preparation.is_needed(serves=True)
    preparation.collect_static(lambda _text: None)
    assert not preparation.is_needed(serves=True)
    newest = MigrationRecorder.Migration.objects.filter(app="papers").latest("name")
    newest.delete()
    assert preparation.is_needed(serves=False)


@pytest.mark.django_db
def test_prepare_says_when_all_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("prepare")
    assert capsys.readouterr().out == "the database is up to date\n"


@pytest.mark.django_db(transaction=True)
def test_prepare_stops_when_asked_while_a_table_is_held(tmp_path: Path) -> None:
    """And the database goes on with nothing: its statement was cancelled."""
    environment = {**os.environ, "DATABASE_URL": own_database.url()}
    environment["BROADSHEET_VAR"] = str(tmp_path)
    asks = "SELECT count(*) FROM pg_locks WHERE relation = 'django_migrations'::regclass"

    with own_database.connect() as other:
        other.execute("LOCK TABLE django_migrations")
        command = [sys.executable, "manage.py", "prepare"]
        with subprocess.Popen(command, cwd=PROJECT, env=environment) as held_up:
            wait_until(lambda: _first(other, f"{asks} AND NOT granted") == 1, seconds=30)
            held_up.terminate()
            assert held_up.wait(10) == 128 + signal.SIGTERM
        assert _first(other, f"{asks} AND NOT granted") == 0


@pytest.mark.parametrize(
    ("reason", "option", "tries"),
    [
        (psycopg.OperationalError("the connection is closed"), "--wait", 3),
        (psycopg.errors.AdminShutdown("terminating connection"), "--wait", 3),
        (psycopg.errors.AdminShutdown("terminating connection"), "--no-color", 1),
        (psycopg.errors.DiskFull("no space left on device"), "--wait", 1),
        (psycopg.errors.InsufficientPrivilege("permission denied"), "--wait", 1),
    ],
)
def test_prepare_begins_anew_where_the_database_went_away(
    monkeypatch: pytest.MonkeyPatch, reason: psycopg.Error, option: str, tries: int
) -> None:
    begun: list[float] = []

    def migrate(*_given: object) -> None:
        begun.append(0)
        if len(begun) < 3:
            # As Django passes on what psycopg raises.
            is_operational = isinstance(reason, psycopg.OperationalError)
            raise (OperationalError if is_operational else ProgrammingError)(reason) from reason

    paused: list[float] = []
    monkeypatch.setattr(prepare, "time", SimpleNamespace(sleep=paused.append))
    monkeypatch.setattr(prepare, "connection", Mock())
    monkeypatch.setattr(preparation, "wait_for_database", lambda *_given, **_options: None)
    monkeypatch.setattr(preparation, "migrate", migrate)
    with nullcontext() if tries == 3 else pytest.raises(ServersError, match="database refuses"):
        call_command("prepare", option)
    assert (len(begun), len(paused)) == (tries, tries - 1)


@pytest.mark.parametrize(("option", "tries"), [("--wait", 3), ("--no-color", 1)])
def test_prepare_begins_anew_while_a_table_is_in_use_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str, tries: int
) -> None:
    """A backup that reads all tables must not fail the unit on which all others wait."""
    begun: list[float] = []

    def migrate(*_given: object) -> None:
        begun.append(0)
        if len(begun) < 3:
            raise TableInUseError("A table was in use")

    paused: list[float] = []
    monkeypatch.setattr(prepare, "time", SimpleNamespace(sleep=paused.append))
    monkeypatch.setattr(preparation, "wait_for_database", lambda *_given, **_options: None)
    monkeypatch.setattr(preparation, "migrate", migrate)
    with nullcontext() if tries == 3 else pytest.raises(CommandError, match="was in use"):
        call_command("prepare", option)
    assert (len(begun), len(paused)) == (tries, tries - 1)
    assert capsys.readouterr().out.count("A table was in use") == (tries == 3)


@pytest.mark.django_db(transaction=True)
def test_prepare_survives_the_end_of_its_connection(tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": own_database.url()}
    environment["BROADSHEET_VAR"] = str(tmp_path)
    held_up = "FROM pg_locks WHERE relation = 'django_migrations'::regclass AND NOT granted"
    command = [sys.executable, "manage.py", "prepare", "--wait"]

    with own_database.connect() as other, own_database.connect(autocommit=True) as operator:
        other.execute("LOCK TABLE django_migrations")
        with subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
        ) as preparing:
            wait_until(lambda: _first(operator, f"SELECT count(*) {held_up}") == 1, seconds=30)
            operator.execute(f"SELECT pg_terminate_backend(pid) {held_up}")
            wait_until(lambda: _first(operator, f"SELECT count(*) {held_up}") == 0, seconds=10)
            other.rollback()
            said, _errors = preparing.communicate(timeout=60)
    assert preparing.returncode == 0
    assert "the database went away, beginning anew: terminating connection" in said
    assert said.endswith("the database is up to date\n")


def _first(database: psycopg.Connection[Any], sql: str) -> Any:
    row = database.execute(sql).fetchone()
    assert row
    return row[0]


def test_prepare_stops_when_asked_while_it_waits(tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": "postgres://nobody:x@127.0.0.1:1/none"}
    environment |= {"BROADSHEET_VAR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "manage.py", "prepare", "--wait"]
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    ) as waiting:
        assert waiting.stdout is not None
        assert "waiting for the database" in waiting.stdout.readline()
        waiting.terminate()
        assert waiting.wait(10) == 128 + signal.SIGTERM
