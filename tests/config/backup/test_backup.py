"""Backup and restore for real: from the tests' database into another one of the same server."""

import os
import resource
import signal
import stat
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from accounts.models import Delivery, Follow, User
from config.backup import database, make
from config.backup.archive import BackupError, open_archive
from config.backup.make import Made, make_backup
from config.backup.restore import restore_backup
from config.management.commands import backup
from config.supervisor.signals import STOPPED
from papers.models import Paper, PaperTombstone, SearchEpoch
from readinglists.models import Entry
from tests import own_database
from tests.config.processes import handlers_kept, wait_until
from tests.factories import make_entry, make_follow, make_paper, make_reading_list, make_user

PROJECT = Path(__file__).resolve().parent.parent.parent.parent
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise(42)]


@dataclass
class Other:
    """An empty database, and a var/ of its own."""

    name: str
    var: Path
    password: str

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment(),
            capture_output=True,
            text=True,
        )

    def environment(self) -> dict[str, str]:
        default = connection.settings_dict
        host = str(default["HOST"]).replace("/", "%2F")
        where = f"{default['USER']}:{self.password}@" if self.password else f"{default['USER']}@"
        url = f"postgresql://{where}{host}:{default['PORT'] or 5432}/{self.name}"
        if host.startswith("%2F"):
            url = f"postgresql://{default['USER']}@/{host}/{self.name}"
        return {
            **os.environ,
            "DATABASE_URL": url,
            "BROADSHEET_VAR": str(self.var),
            "REDIS_URL": "redis://127.0.0.1:1/0",
        }

    def count(self, table: str) -> int:
        return int(self.ask(f"SELECT count(*) FROM {table}"))  # noqa: S608

    def ask(self, sql: str) -> Any:
        with own_database.connect(dbname=self.name) as other:
            row = other.execute(sql).fetchone()
        return row[0] if row else None


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Other]:
    name = f"restored_{uuid.uuid4().hex[:12]}"
    var = tmp_path / "other"
    var.mkdir()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield Other(name, var, str(connection.settings_dict["PASSWORD"]))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def reader(client: Client) -> User:
    """A reader with a list, an entry, a follow and a login."""
    reader = make_user(email="ada@example.org")
    make_entry(reading_list=make_reading_list(owner=reader), paper=make_paper(title="Kept"))
    make_follow(user=reader)
    client.force_login(reader)
    return reader


def test_what_is_restored_is_what_was_backed_up(other: Other, reader: User, tmp_path: Path) -> None:
    made = make_backup(tmp_path / "a.backup")
    done = other.manage("restore", str(made.path))
    assert done.returncode == 0, done.stderr
    assert "manage.py armmail" in done.stdout
    for model in (Paper, Entry, Follow, User, Delivery):
        assert other.count(model._meta.db_table) == model.objects.count()
    assert other.ask("SELECT title FROM papers_paper") == "Kept"
    assert other.ask("SELECT email FROM accounts_user") == reader.email


def test_a_restored_copy_is_held_logged_out_and_searched_anew(
    other: Other, reader: User, tmp_path: Path
) -> None:
    epoch = SearchEpoch.objects.get_or_create(pk=1)[0].epoch
    made = make_backup(tmp_path / "a.backup")
    assert other.manage("restore", str(made.path)).returncode == 0
    assert Session.objects.count() == 1
    assert other.ask("SELECT count(*) FROM django_session") == 0
    assert other.ask("SELECT backup_made_at FROM papers_restoredcopy") == made.manifest.made_at
    assert other.ask("SELECT epoch FROM papers_searchepoch") != epoch
    ahead = "SELECT count(*) FROM papers_paper WHERE changed_xid >= pg_current_xact_id()"
    assert other.ask(ahead) == 0
    # Its triggers go on.
    change = "UPDATE papers_paper SET title = 'New' RETURNING changed_xid = pg_current_xact_id()"
    assert other.ask(change)
    assert "no restored copy" not in other.manage("armmail").stderr
    assert other.ask("SELECT count(*) FROM papers_restoredcopy") == 0


def test_numbers_of_a_busier_server_do_not_lie_ahead(
    other: Other, reader: User, tmp_path: Path
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE papers_paper DISABLE TRIGGER USER")
        cursor.execute("UPDATE papers_paper SET changed_xid = '99999999999'")
        cursor.execute("ALTER TABLE papers_paper ENABLE TRIGGER USER")
    PaperTombstone.objects.all().delete()
    made = make_backup(tmp_path / "a.backup")
    assert other.manage("restore", str(made.path)).returncode == 0
    assert other.ask("SELECT changed_xid < '99999999999' FROM papers_paper")


def test_keys_come_back_and_those_before_are_kept(
    other: Other, settings: Settings, tmp_path: Path
) -> None:
    settings.LINK_KEY = "the other site's"
    made = make_backup(tmp_path / "a.backup")
    assert other.manage("restore", str(made.path)).returncode == 0
    key = other.var / "keys" / "link_key"
    assert key.read_text() == "the other site's"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(list(key.parent.glob("link_key.before-*"))) == 1


def test_without_its_keys_a_restore_is_no_site_to_anybody(
    other: Other, monkeypatch: pytest.MonkeyPatch, reader: User, tmp_path: Path
) -> None:
    """It would start with others, and every share link would be dead."""
    (tmp_path / "env").write_text("SITE_NAME=Papers")
    monkeypatch.setattr(make, "environment_file", lambda: tmp_path / "env")
    made = make_backup(tmp_path / "a.backup")
    in_the_way = other.var / "restored.env"
    in_the_way.mkdir()
    failed = other.manage("restore", str(made.path))
    assert failed.returncode == 1
    assert "keys of the backup cannot be written" in failed.stderr
    assert "Is a directory" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert other.count("papers_paper") == 1
    assert other.count("django_migrations") == 0
    assert list(other.var.rglob("*.partial")) == []
    in_the_way.rmdir()
    assert other.manage("restore", "--replace", str(made.path)).returncode == 0
    assert in_the_way.read_text() == "SITE_NAME=Papers"
    assert other.count("django_migrations") == MigrationRecorder.Migration.objects.count()


def test_with_rows_missing_a_restore_is_no_site_to_anybody(
    other: Other, monkeypatch: pytest.MonkeyPatch, reader: User, tmp_path: Path
) -> None:
    count = database.count_rows
    monkeypatch.setattr(database, "count_rows", lambda cursor: count(cursor) | {"papers_paper": 2})
    made = make_backup(tmp_path / "a.backup")
    failed = other.manage("restore", str(made.path))
    assert failed.returncode == 1
    assert "Rows are missing after the restore, in papers_paper" in failed.stderr
    assert other.count("django_migrations") == 0


@contextmanager
def restore_held_up(other: Other, made: Made, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One that has unpacked the dump, and waits for a pg_restore that does not answer."""
    asked, program = tmp_path / "asked", tmp_path / "programs" / "pg_restore"
    program.parent.mkdir()
    version = made.manifest.pg_dump // 10_000
    program.write_text(
        f"#!/bin/sh\n[ $1 = --version ] && exec echo 'pg_restore (PostgreSQL) {version}.0'\n"
        f"touch {asked}\nexec sleep 60\n"
    )
    program.chmod(0o700)
    environment = other.environment()
    environment["PATH"] = f"{program.parent}:{environment['PATH']}"
    command = [sys.executable, "manage.py", "restore", str(made.path)]
    with handlers_kept():
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        restoring = subprocess.Popen(command, cwd=PROJECT, env=environment)
    try:
        wait_until(asked.exists, seconds=60)
        yield restoring
    finally:
        restoring.kill()
        restoring.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_restore_that_is_told_to_end_leaves_no_dump_with_addresses(
    other: Other, reader: User, tmp_path: Path, number: signal.Signals
) -> None:
    killed_before = other.var / "restore-a1b2c3d4"
    killed_before.mkdir()
    (killed_before / "database.dump").touch()
    of_the_operator = other.var / "restore-20261130"
    of_the_operator.mkdir()
    (of_the_operator / "notes.txt").touch()
    made = make_backup(tmp_path / "a.backup")
    with restore_held_up(other, made, tmp_path) as restoring:
        dumps = list(other.var.glob("restore-*/database.dump"))
        assert [each.stat().st_size > 0 for each in dumps] == [True]
        assert dumps[0].parent != killed_before
        restoring.send_signal(number)
        assert restoring.wait(10) == STOPPED
    assert list(other.var.glob("restore-*")) == [of_the_operator]


def test_a_used_database_is_replaced_only_when_told(
    other: Other, reader: User, tmp_path: Path
) -> None:
    made = make_backup(tmp_path / "a.backup")
    assert other.manage("restore", str(made.path)).returncode == 0
    refused = other.manage("restore", str(made.path))
    assert refused.returncode != 0
    assert "not empty" in refused.stderr
    other.ask("UPDATE papers_paper SET title = 'Changed' RETURNING 1")
    done = other.manage("restore", "--replace", str(made.path))
    assert done.returncode == 0, done.stderr
    assert other.ask("SELECT title FROM papers_paper") == "Kept"


def test_a_database_in_use_and_a_damaged_archive_change_nothing(
    reader: User, tmp_path: Path
) -> None:
    made = make_backup(tmp_path / "a.backup")
    with (
        own_database.connect(),
        pytest.raises(BackupError, match="in use"),
    ):
        restore_backup(made.path, print, replace=True)
    content = bytearray(made.path.read_bytes())
    content[5000] ^= 1
    made.path.write_bytes(content)
    with pytest.raises(BackupError, match="damaged"):
        restore_backup(made.path, print, replace=True)
    assert Paper.objects.get().title == "Kept"


def test_a_backup_of_a_newer_version_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('papers', '9999_of_tomorrow', now())"
        )
    made = make_backup(tmp_path / "a.backup")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = '9999_of_tomorrow'")
    with pytest.raises(BackupError, match=r"papers\.9999_of_tomorrow"):
        restore_backup(made.path, print)


def test_the_file_is_private_and_counts_what_is_in_it(reader: User, tmp_path: Path) -> None:
    make_paper()
    made = make_backup(tmp_path / "a.backup")
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    with open_archive(made.path) as archive:
        archive.check()
        manifest = archive.manifest
    assert manifest == made.manifest
    assert manifest.rows["papers_paper"] == 2
    assert "django_session" not in manifest.rows
    assert manifest.migrations["papers"][0] == "0001_initial"
    assert list(tmp_path.iterdir()) == [made.path]


def test_what_breaks_off_leaves_the_backup_before_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken_off(*_args: object) -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    target = tmp_path / "a.backup"
    target.write_text("yesterday's")
    monkeypatch.setattr(make, "_dump", broken_off)
    with pytest.raises(KeyboardInterrupt):
        make_backup(target)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["yesterday's"]


def test_a_full_disk_is_said_in_words(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(BackupError, match="no room for the backup"):
            make_backup(tmp_path / "a.backup")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_a_dump_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(database, "LEFT_OUT", ("*.*.*.*",))
    with pytest.raises(BackupError, match="pg_dump failed"):
        make_backup(tmp_path / "a.backup")
    assert list(tmp_path.iterdir()) == []


def test_keeping_needs_a_folder(tmp_path: Path) -> None:
    target = tmp_path / "not-mounted"
    with pytest.raises(CommandError, match="--keep needs a folder"):
        call_command("backup", str(target), keep=30)
    target.write_text("a file")
    with pytest.raises(CommandError, match="--keep needs a folder"):
        call_command("backup", str(target), keep=30)
    assert target.read_text() == "a file"


def test_the_command_writes_to_var_and_keeps_as_told(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.VAR = tmp_path
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "broadsheet-20200101-000000.backup").touch()
    call_command("backup", keep=30)
    assert len(list(folder.iterdir())) == 1
    assert "deleted, over 30 days old" in capsys.readouterr().out


@pytest.mark.parametrize("fault", [BackupError("no room"), DatabaseError("gone")])
def test_those_over_age_go_where_no_new_one_can_be_made_but_the_newest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: Exception
) -> None:
    def fail(_target: Path) -> Made:
        raise fault

    for day in ("20200101", "20200102"):
        (tmp_path / f"broadsheet-{day}-000000.backup").touch()
    monkeypatch.setattr(backup, "make_backup", fail)
    with pytest.raises(CommandError, match=str(fault)):
        call_command("backup", str(tmp_path))
    assert len(list(tmp_path.iterdir())) == 2
    with pytest.raises(CommandError, match=str(fault)):
        call_command("backup", str(tmp_path), keep=30)
    assert [path.name for path in tmp_path.iterdir()] == ["broadsheet-20200102-000000.backup"]
