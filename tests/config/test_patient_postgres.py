"""A database that answers no more holds nobody up for ever."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from config.addresses import read_database_url
from config.environment import Environment
from config.patient_postgres import PATIENCE_VARIABLE, base, forgotten, longest_wait, wait_at_most
from config.patient_postgres.forgotten import is_forgotten
from config.patient_postgres.silence import Silence
from config.supervisor.children import NAMES, describe_child
from tests.faults.proxy import Proxy

pytestmark = [pytest.mark.django_db, pytest.mark.promise(16)]


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(base, "_silence", Silence())
    yield
    wait_at_most(None)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    host = Path(str(settings.DATABASES["default"]["HOST"]))
    if not (host / ".s.PGSQL.5432").exists():
        pytest.skip("The tests' Postgres has no socket here: it is another's, over TCP.")
    proxy = Proxy(host / ".s.PGSQL.5432")
    yield proxy
    proxy.close()


@contextmanager
def own_connection(**settings_of_it: object) -> Iterator[BaseDatabaseWrapper]:
    connection = connections.create_connection("default")
    connection.settings_dict = {**connection.settings_dict, **settings_of_it}
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def transaction_of(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """As a view has it."""
    connections["of its own"] = connection
    try:
        with transaction.atomic(using="of its own"):
            yield
    finally:
        del connections["of its own"]


def ask(connection: BaseDatabaseWrapper, question: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()


def test_question_without_an_answer_fails_in_time_and_ends_at_the_server() -> None:
    with own_connection() as connection, own_connection() as other:
        ask(connection, "SELECT 1")
        wait_at_most(0.3)
        began = time.monotonic()
        with pytest.raises(OperationalError, match="no answer"):
            ask(connection, "SELECT pg_sleep(30), 'of the test of patience'")
        assert time.monotonic() - began < 10
        wait_at_most(None)
        left = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE %s"
        with other.cursor() as cursor:
            cursor.execute(left, ["SELECT pg_sleep(30), 'of the test%"])
            assert cursor.fetchone() == (0,)


def test_connection_that_went_dumb_fails_in_time_and_the_next_one_works(proxy: Proxy) -> None:
    with own_connection(HOST="127.0.0.1", PORT=proxy.port) as connection:
        ask(connection, "SELECT 1")
        wait_at_most(0.3)
        proxy.cut()
        with pytest.raises(OperationalError, match="no answer"):
            ask(connection, "SELECT 1")
        wait_at_most(None)
        proxy.mend()
        connection.close()
        assert ask(connection, "SELECT 2") == (2,)


def test_once_it_is_silent_one_tries_it_and_all_others_are_told_at_once(proxy: Proxy) -> None:
    slow = {**settings.DATABASES["default"]["OPTIONS"], "connect_timeout": 3}
    behind = {"HOST": "127.0.0.1", "PORT": proxy.port, "OPTIONS": slow}
    with own_connection(**behind) as first, own_connection(**behind) as open_before:
        ask(first, "SELECT 1")
        ask(open_before, "SELECT 1")
        wait_at_most(0.3)
        proxy.cut()
        with pytest.raises(OperationalError, match="no answer for"):
            ask(first, "SELECT 1")
        with ThreadPoolExecutor(1) as pool, own_connection(**behind) as trial:
            failing = pool.submit(trial.ensure_connection)
            time.sleep(0.2)
            began = time.monotonic()
            with own_connection(**behind) as new, pytest.raises(OperationalError, match="tried"):
                ask(new, "SELECT 1")
            with pytest.raises(OperationalError, match="tried"):
                ask(open_before, "SELECT 1")
            assert time.monotonic() - began < 1
            assert not failing.done()
            assert isinstance(failing.exception(), OperationalError)
        proxy.mend()
        with own_connection(**behind) as again, own_connection(**behind) as another:
            assert ask(again, "SELECT 2") == (2,)
            assert ask(another, "SELECT 3") == (3,)


def test_a_question_that_only_takes_long_silences_nobody_else() -> None:
    with own_connection() as slow, own_connection() as other:
        ask(other, "SELECT 1")
        wait_at_most(0.3)
        with pytest.raises(OperationalError, match="no answer for"):
            ask(slow, "SELECT pg_sleep(30)")
        assert ask(other, "SELECT 1") == (1,)


def test_transaction_that_waits_in_vain_is_rolled_back() -> None:
    with own_connection() as connection:
        wait_at_most(0.3)
        with pytest.raises(OperationalError, match="no answer"), transaction_of(connection):
            ask(connection, "SELECT pg_sleep(30)")
        wait_at_most(None)
        assert ask(connection, "SELECT 1") == (1,)


@pytest.mark.parametrize("longest", [None, 60.0])
def test_who_waits_long_on_a_connection_that_the_server_forgot_is_told_so(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, longest: float | None
) -> None:
    monkeypatch.setattr(forgotten, "LOOK_SECONDS", 0.3)
    with own_connection(HOST="127.0.0.1", PORT=proxy.port) as connection:
        ask(connection, "SELECT 1")
        wait_at_most(longest)
        proxy.cut()
        proxy.mend()
        with pytest.raises(OperationalError, match="does not know the connection"):
            ask(connection, "SELECT 1")
        connection.close()
        assert ask(connection, "SELECT 2") == (2,)


def test_question_that_takes_long_is_looked_after_and_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[bool] = []

    def look(connection: psycopg.Connection[object]) -> bool:
        looks.append(is_forgotten(connection))
        return looks[-1]

    monkeypatch.setattr(forgotten, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(forgotten, "is_forgotten", look)
    with own_connection() as connection:
        assert ask(connection, "SELECT 1 FROM pg_sleep(1)") == (1,)
    assert len(looks) > 1
    assert not any(looks)


def test_connection_by_a_socket_is_looked_after_too() -> None:
    with own_connection() as connection, own_connection() as other:
        connection.ensure_connection()
        pid = connection.connection.info.backend_pid
        assert not is_forgotten(connection.connection)
        assert ask(other, f"SELECT pg_terminate_backend({pid}, 5000)") == (True,)
        assert is_forgotten(connection.connection)


def test_nothing_is_forgotten_by_the_numbers_of_a_pooler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psycopg.ConnectionInfo, "backend_pid", property(lambda info: 1))
    with own_connection() as connection:
        connection.ensure_connection()
        assert not is_forgotten(connection.connection)


def test_server_that_is_silent_has_forgotten_nobody(proxy: Proxy) -> None:
    with own_connection(HOST="127.0.0.1", PORT=proxy.port) as connection:
        connection.ensure_connection()
        proxy.cut()
        assert not is_forgotten(connection.connection)
        proxy.mend()
        assert is_forgotten(connection.connection)


def test_commands_and_workers_wait_as_long_as_it_takes() -> None:
    assert longest_wait() is None


def test_follower_which_nobody_watches_is_told_how_long_to_wait() -> None:
    told = {name: describe_child(name).environment.get(PATIENCE_VARIABLE) for name in NAMES}
    assert told.pop("follower") == "300.0"
    assert set(told.values()) == {None}
    asks = "from config.patient_postgres import longest_wait; print(longest_wait())"
    follower = describe_child("follower").environment
    done = subprocess.run(
        [sys.executable, "-c", asks], env=follower, capture_output=True, text=True, check=True
    )
    assert done.stdout == "300.0\n"


def test_server_that_is_gone_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://a:b@db.example/papers?connect_timeout=9")
    options = read_database_url(Environment(), default="")["OPTIONS"]
    assert options["connect_timeout"] == 9
    assert options["tcp_user_timeout"] == 30_000


def pid_of(connection: BaseDatabaseWrapper) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def no_place_left(*_arguments: object, **_options: object) -> None:
    raise psycopg.OperationalError("could not write init file: No space left on device")


@pytest.mark.promise(18)
def test_an_old_connection_is_not_given_up_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with own_connection(CONN_MAX_AGE=60) as connection:
        first = pid_of(connection)
        monkeypatch.setattr(base.DatabaseWrapper.Database, "connect", no_place_left)
        connection.close_at = time.monotonic() - 1
        connection.close_if_unusable_or_obsolete()
        assert pid_of(connection) == first
        assert connection.close_at > time.monotonic()
        monkeypatch.undo()
        connection.close_at = time.monotonic() - 1
        connection.close_if_unusable_or_obsolete()
        assert connection.connection is not None
        assert pid_of(connection) != first


def test_a_new_connection_that_cannot_be_set_up_leaves_the_old_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with own_connection(CONN_MAX_AGE=60) as connection:
        first = pid_of(connection)
        monkeypatch.setattr(connection, "init_connection_state", no_place_left)
        connection.close_at = time.monotonic() - 1
        connection.close_if_unusable_or_obsolete()
        assert pid_of(connection) == first


@pytest.mark.parametrize("age", [0, 60])
def test_what_is_broken_or_never_kept_is_closed(age: int) -> None:
    with own_connection(CONN_MAX_AGE=age) as connection:
        pid_of(connection)
        connection.close_at = time.monotonic() - 1
        if age:
            connection.connection.close()
            connection.errors_occurred = True
        connection.close_if_unusable_or_obsolete()
        assert connection.connection is None
