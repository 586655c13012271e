"""Makes a backup: the database as of one moment, the keys, the settings, in one file.

The file appears under its name when it is whole and on disk; until then it lies beside it under a
name that no restore takes. The site may run and be written to meanwhile.
"""

import errno
import os
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings

from config.backup import database
from config.backup.archive import (
    CHUNK_BYTES,
    DUMP,
    ENVIRONMENT,
    KEYS,
    BackupError,
    Manifest,
    Writer,
)
from config.backup.database import Facts
from config.backup.keeping import draft_of, remove_dead_drafts
from config.backup.programs import Found, find_program

KEY_SETTINGS = ("SECRET_KEY", "LINK_KEY", "ADDRESS_KEY")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class Made:
    path: Path
    size_bytes: int
    manifest: Manifest


def make_backup(target: Path) -> Made:
    """Write a backup to `target`, mode 0600, in place of a file that is there already.

    Raises BackupError, in words, when it cannot be made: no room, no pg_dump that is new enough,
    no database. Then nothing is left of it, and what lay at `target` is as it was.
    """
    # First, and not after an hour of dumping.
    version = project_version()
    remove_dead_drafts(target.parent)
    with _draft(target) as file, database.facts_of_one_moment() as facts:
        program = find_program(
            "pg_dump",
            least_major=facts.server // 10_000,
            private=settings.EMBEDDED_POSTGRES,
            tls=database.asks_for_tls(),
        )
        manifest = _write(file, facts, program, version)
    return Made(target, target.stat().st_size, manifest)


def environment_file() -> Path:
    return Path(settings.BASE_DIR) / ".env"


def project_version() -> str:
    with (Path(settings.BASE_DIR) / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def _write(file: BinaryIO, facts: Facts, program: Found, version: str) -> Manifest:
    writer = Writer(file)
    writer.add(DUMP, _dump(program, facts))
    for name in KEY_SETTINGS:
        writer.add(f"{KEYS}{name.lower()}", [str(getattr(settings, name)).encode()])
    if environment_file().exists():
        writer.add(ENVIRONMENT, [environment_file().read_bytes()])
    manifest = Manifest(
        made_at=facts.read_at,
        version=version,
        postgres=facts.server,
        pg_dump=program.version,
        migrations=facts.migrations,
        rows=facts.rows,
        files=dict(writer.files),
    )
    writer.finish(manifest)
    return manifest


def _dump(program: Found, facts: Facts) -> Iterator[bytes]:
    """Yield what pg_dump writes. Raises BackupError with its reason when it fails."""
    command = [str(program.path), "--format=custom", f"--snapshot={facts.snapshot}"]
    # A role of another name may restore it; extensions are the administrator's to make.
    command += ["--no-owner", "--no-privileges", "--no-comments", f"--schema={facts.schema}"]
    command += [f"--exclude-table-data={facts.schema}.{table}" for table in database.LEFT_OUT]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603
            command,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=database.environment() | program.environment,
        )
        output = cast("BinaryIO", process.stdout)
        try:
            while chunk := output.read(CHUNK_BYTES):
                yield chunk
            code = process.wait()
        finally:
            output.close()
            process.kill()
            process.wait()
        if code:
            complaints.seek(0)
            said = complaints.read().decode(errors="replace")
            raise BackupError(f"pg_dump failed: {database.first_reason(said)}")


@contextmanager
def _draft(target: Path) -> Iterator[BinaryIO]:
    """A file beside `target` that takes its place at the end, and is gone after any error."""
    draft = draft_of(target)
    try:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise BackupError(f"{target.parent} cannot be written ({error.strerror}).") from error
    try:
        with open(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        if error.errno in _FULL:
            raise BackupError(
                f"There is no room for the backup in {target.parent} ({error.strerror}): nothing "
                "was written; make room, or name a file on another disk."
            ) from error
        raise BackupError(f"The backup cannot be written to {target}: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
