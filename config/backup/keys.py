"""The keys and settings of an archive, put back where the site reads them.

A key that the environment gives stays as it is: the archive cannot change that, only say so. The
settings of the backup are laid beside, never in place: they may name the other site's database.
"""

import os
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from config.backup.archive import ENVIRONMENT, KEYS, BackupError, Reader
from config.backup.make import KEY_SETTINGS

_LOST = {
    "SECRET_KEY": "links that were mailed lead nowhere",
    "LINK_KEY": "every share link and private feed leads nowhere",
    "ADDRESS_KEY": "addresses that refused mail are tried again",
}


def put_back(archive: Reader) -> list[str]:
    """Write keys to var/keys and settings to var/restored.env, all with mode 0600.

    Return what the operator should know, in sentences. A key that was there is kept beside. Raises
    BackupError when they cannot be written; each key is then the one of before or the backup's.
    """
    try:
        return _put_back(archive)
    except OSError as error:
        raise BackupError(
            f"The keys of the backup cannot be written to {settings.VAR} ({error.strerror}): put "
            "that right, and restore with --replace."
        ) from error


def _put_back(archive: Reader) -> list[str]:
    notes = []
    folder = Path(settings.VAR) / "keys"
    for name in KEY_SETTINGS:
        key = archive.read(f"{KEYS}{name.lower()}")
        now = str(getattr(settings, name))
        if constant_time_compare(key.decode(), now):
            continue
        file = folder / name.lower()
        if not file.exists() or file.read_text().strip() != now:
            notes.append(
                f"{name} of the environment is another than the backup's: while it is, "
                f"{_LOST[name]}. The backup's is in the archive, as {KEYS}{name.lower()}."
            )
            continue
        kept = file.with_name(f"{file.name}.before-{timezone.now():%Y%m%d-%H%M%S}")
        _write(kept, file.read_bytes())
        _write(file, key)
    if archive.has(ENVIRONMENT):
        beside = Path(settings.VAR) / "restored.env"
        _write(beside, archive.read(ENVIRONMENT))
        notes.append(
            f"The settings of the backup are in {beside}: compare them with those of this site. "
            "They may name the other site's database."
        )
    return notes


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            # The list of migrations says afterwards that all is there.
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
