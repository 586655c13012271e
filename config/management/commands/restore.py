import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from config.backup.archive import BackupError
from config.backup.restore import restore_backup
from config.supervisor.signals import stopped_like_ctrl_c

NEXT_STEPS = """This is a copy, which sends no mail and reads no sources. Start it and look at it:
    manage.py start
The search index is built by the follower, vectors by the workers, within minutes. Everybody logs
in anew. When the other site is stopped for good and this one is the site:
    manage.py armmail"""


class Command(BaseCommand):
    help = (
        "Put a backup into this installation's database, which must be empty and unused, and its "
        "keys into var/keys. The copy sends no mail until 'manage.py armmail'."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="drop the tables that are there first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            with stopped_like_ctrl_c():
                done = restore_backup(
                    options["file"], self.stdout.write, replace=options["replace"]
                )
        except BackupError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"The database refuses: {str(error).strip()}") from error
        self.stdout.write(
            f"Restored {sum(done.manifest.rows.values()):,} rows of "
            f"{done.manifest.made_at:%Y-%m-%d %H:%M} UTC in {time.monotonic() - began:.0f} s."
        )
        for note in done.notes:
            self.stdout.write(note)
        self.stdout.write(NEXT_STEPS)
