"""Migrating beside readers: nobody waits long for a lock that a migration waits for."""

import time
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.management.commands import migrate
from tests import own_database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise(43)]
TABLE = "django_migrations"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(migrate, "TRIES", 3)


def busy() -> psycopg.Connection[Any]:
    other = own_database.connect()
    other.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
    return other


def test_a_lock_that_is_not_to_be_had_is_given_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    with busy(), pytest.raises(CommandError, match="A table was in use"):
        call_command("migrate", verbosity=0)
    assert "trying again (3 of 3)" in capsys.readouterr().err


def test_it_goes_on_when_the_lock_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    other = busy()
    monkeypatch.setattr(time, "sleep", lambda _seconds: other.close())
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
