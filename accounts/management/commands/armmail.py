from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.digest import after_restore, ledger


class Command(BaseCommand):
    help = (
        "Say that this restored copy is the site from now on: it sends mail and reads its sources "
        "again. The site it was copied from must be stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--send-due",
            action="store_true",
            help="send the issues that came due since the backup, too: only if nobody got them yet",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            skipped = after_restore.arm(ledger.database_now(), send_due=options["send_due"])
        except LookupError as error:
            raise CommandError("This is no restored copy: mail is armed already.") from error
        self.stdout.write("Armed: mail and fetching begin with the next tick, within a minute.")
        if skipped:
            self.stdout.write(
                f"{skipped} issues that came due since the backup are skipped, as they may have "
                "been sent already; the next ones go out."
            )
