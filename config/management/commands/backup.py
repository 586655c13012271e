import contextlib
import time
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from config.backup import keeping
from config.backup.archive import BackupError
from config.backup.last import note_last
from config.backup.make import Made, make_backup
from config.supervisor.signals import stopped_like_ctrl_c


class Command(BaseCommand):
    help = (
        "Write database, keys and settings to one file, while the site runs. Whoever has the file "
        "can act as the site: keep it where only you can read it, and on another machine as well."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, help="a file or a folder; var/backups where none is named"
        )
        parser.add_argument(
            "--keep",
            type=int,
            metavar="DAYS",
            help="afterwards, and where it failed, delete backups in that folder that were made "
            "over DAYS days ago; never the newest",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        keep = options["keep"]
        if keep is not None and keep < 1:
            raise CommandError("--keep takes a number of days, 1 or more.")
        if keep is not None and options["file"] is not None and not options["file"].is_dir():
            raise CommandError(
                f"--keep needs a folder, and {options['file']} is none: make it, or see whether "
                "its disk is mounted."
            )
        now = timezone.now()
        target = keeping.choose_target(options["file"], now).absolute()
        try:
            self._make(target)
        except CommandError:
            # Readers who left are promised these days; and old ones may be what fills the disk.
            with contextlib.suppress(OSError):
                self._forget_old(target.parent, now, keep)
            raise
        self._forget_old(target.parent, now, keep)

    def _make(self, target: Path) -> None:
        began = time.monotonic()
        try:
            with stopped_like_ctrl_c():
                made = make_backup(target)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"The database cannot be read: {str(error).strip()}") from error
        self.stdout.write(
            f"{made.path}: {made.size_bytes / 1e6:,.1f} MB, {sum(made.manifest.rows.values()):,} "
            f"rows, {time.monotonic() - began:.0f} s"
        )
        self._note(made)

    def _forget_old(self, folder: Path, now: datetime, keep: int | None) -> None:
        if keep is not None:
            for path in keeping.forget_old(folder, now=now, days=keep):
                self.stdout.write(f"{path.name}: deleted, over {keep} days old")

    def _note(self, made: Made) -> None:
        try:
            note_last(made)
        except DatabaseError as error:
            # The file is whole all the same.
            self.stderr.write(f"The database did not note this backup: {str(error).strip()}")
