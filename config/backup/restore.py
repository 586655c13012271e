"""Puts a backup into an empty database, as a copy that keeps still until it is armed.

The order is what makes it safe: everything is checked before anything is changed; the row that
holds mail is there before the first reader is; the list of migrations comes last, after the rows
are counted and the keys are back, so that a restore that was cut short is no site to anybody. Read
more: docs/operating.md.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader

from config.backup import database, keys
from config.backup.archive import DUMP, BackupError, Manifest, Reader, open_archive
from config.backup.programs import Found, find_program
from config.backup.schema import clear, need_extensions, refuse_others, refuse_rows
from config.servers.renewal import RENEW_TRANSACTION_NUMBERS

MOST_JOBS = 4
_MIGRATIONS = "django_migrations"
_UNPACKED = "restore-"
# pg_restore from 17 on says it to every server; those before 17 do not know it and need not.
_NEW_SETTING, _KNOWN_FROM = "transaction_timeout", 17
_COPY_SQL = (
    "INSERT INTO papers_restoredcopy (id, backup_made_at, restored_at) VALUES (1, %s, now())"
)
_EPOCH_SQL = "UPDATE papers_searchepoch SET epoch = gen_random_uuid()"

_TABLE_DATA = re.compile(r" TABLE DATA \S+ (\S+) ")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """`notes` are sentences for the operator: what else is to be done."""

    manifest: Manifest
    notes: list[str]


def restore_backup(path: Path, say: Say, *, replace: bool = False) -> Restored:
    """Restore the archive into the database of this installation.

    With `replace` the tables that are there are dropped first, once the archive is checked.
    Raises BackupError, in words, before anything is changed, when the archive is damaged or newer
    than this version, the database is used or not empty, or a program or an extension is missing.
    """
    with open_archive(path) as archive:
        manifest = archive.manifest
        _refuse_newer(manifest)
        refuse_others()
        _remove_left_over()
        if not replace:
            refuse_rows()
        need_extensions()
        say("1 of 4: checking the archive")
        archive.check()
        with _unpacked(archive) as dump:
            load = _Load(_find_pg_restore(manifest), dump)
            clear()
            _load(load, manifest, say)
            _compare_rows(manifest)
            notes = keys.put_back(archive)
            load.run("data", only=_MIGRATIONS)
    say("4 of 4: bringing the database up to date")
    call_command("migrate", interactive=False, verbosity=0)
    _execute("ANALYZE")
    if replace:
        # Kept pages and cards are of papers whose numbers may be given anew.
        cache.clear()
    return Restored(manifest, notes)


def _load(load: "_Load", manifest: Manifest, say: Say) -> None:
    say("2 of 4: reading the tables")
    load.run("pre-data")
    _execute(_COPY_SQL, manifest.made_at)
    load.run("data", without=_MIGRATIONS)
    for statement in _renewals():
        _execute(statement)
    _execute(_EPOCH_SQL)
    say("3 of 4: building indexes and checking every reference")
    load.run("post-data")


class _Load:
    """Parts of one dump, read into the database by pg_restore."""

    def __init__(self, program: Found, dump: Path) -> None:
        self._program, self._dump = program, dump
        self._contents = database.run(program, "--list", str(dump)).stdout.splitlines()

    def run(self, section: str, *, only: str = "", without: str = "") -> None:
        """Read one section, or of its tables all but one, or only one. Raises BackupError."""
        with tempfile.NamedTemporaryFile("w", suffix=".list") as chosen:
            lines = [line for line in self._contents if _is_wanted(line, only, without)]
            chosen.write("\n".join(lines) + "\n")
            chosen.flush()
            options = [f"--section={section}", "--no-owner", "--no-privileges"]
            options += [f"--use-list={chosen.name}", f"--jobs={_jobs()}"]
            dbname = str(settings.DATABASES["default"]["NAME"])
            self._run([*options, f"--dbname={dbname}", str(self._dump)])

    def _run(self, options: list[str]) -> None:
        is_old = database.server_version(connection) // 10_000 < _KNOWN_FROM
        options += [] if is_old else ["--exit-on-error"]
        done = database.run(self._program, *options)
        errors = [line for line in done.stderr.splitlines() if "error:" in line]
        if is_old:
            errors = [line for line in errors if _NEW_SETTING not in line]
        if errors or (done.returncode and not is_old):
            raise BackupError(
                f"pg_restore failed: {database.first_reason(done.stderr)}. The database is half "
                "full: put right what it says, and restore with --replace."
            )


def _is_wanted(line: str, only: str, without: str) -> bool:
    """Whether a line of the archive's list stays: "217; 0 16384 TABLE DATA public name owner"."""
    if " SCHEMA - " in line or " EXTENSION - " in line or line.startswith(";"):
        return False
    found = _TABLE_DATA.search(line)
    table = found[1] if found else ""
    return table == only if only else not (without and table == without)


def _renewals() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(RENEW_TRANSACTION_NUMBERS)
        return [statement for (statement,) in cursor.fetchall()]


def _jobs() -> int:
    return max(1, min(os.cpu_count() or 1, MOST_JOBS))


def _find_pg_restore(manifest: Manifest) -> Found:
    # An archive is read by the version that wrote it or a newer one.
    return find_program(
        "pg_restore",
        least_major=manifest.pg_dump // 10_000,
        private=settings.EMBEDDED_POSTGRES,
        tls=database.asks_for_tls(),
    )


@contextmanager
def _unpacked(archive: Reader) -> Iterator[Path]:
    """The dump as a file of its own below var/, for as long as pg_restore reads it."""
    folder = Path(tempfile.mkdtemp(prefix=_UNPACKED, dir=settings.VAR))
    size = archive.manifest.files[DUMP].size_bytes
    try:
        free = shutil.disk_usage(folder).free
        if free < size:
            raise BackupError(
                f"There is no room in {settings.VAR} to unpack the backup: it takes "
                f"{size / 1e6:,.0f} MB and {free / 1e6:,.0f} MB are free."
            )
        with (folder / DUMP).open("wb") as file:
            for chunk in archive.chunks(DUMP):
                file.write(chunk)
        yield folder / DUMP
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left_over() -> None:
    """Remove the dumps, with all readers' addresses, of restores that were killed.

    None is of one that goes on: it would be connected to the database, and refuse us. A folder of
    the operator's that is called alike stays.
    """
    for folder in Path(settings.VAR).glob(f"{_UNPACKED}????????/"):
        if {path.name for path in folder.iterdir()} <= {DUMP}:
            shutil.rmtree(folder, ignore_errors=True)


def _refuse_newer(manifest: Manifest) -> None:
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    apps = {app for app, _name in known}
    named = {(app, name) for app, names in manifest.migrations.items() for name in names}
    missing = sorted(f"{app}.{name}" for app, name in named - known if app in apps)
    if missing:
        raise BackupError(
            f"The backup is of a newer version, {manifest.version}: it has {missing[0]}, which "
            "this one does not know. Install that version, then restore."
        )


def _compare_rows(manifest: Manifest) -> None:
    """All but the list of migrations, which comes after: by one COPY, so whole or not at all."""
    with connection.cursor() as cursor:
        found = database.count_rows(cursor)
    said = {name: rows for name, rows in manifest.rows.items() if name != _MIGRATIONS}
    wrong = sorted(name for name, rows in said.items() if found.get(name) != rows)
    if wrong:
        raise BackupError(
            f"Rows are missing after the restore, in {', '.join(wrong)}. The database is no site: "
            "restore another backup with --replace."
        )


def _execute(sql: str, *values: Any) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
    except Error as error:
        raise BackupError(f"The database refuses: {str(error).strip()}") from error
