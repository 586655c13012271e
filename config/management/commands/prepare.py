import math
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError

from config.servers.errors import ServersError
from config.supervisor import preparation


class Command(BaseCommand):
    help = "Wait for the database and bring it up to date: once, before `run` on any machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--static",
            action="store_true",
            help="also collect and compress this machine's static files, where no image has them",
        )
        parser.add_argument(
            "--wait",
            action="store_true",
            help="wait for the database for as long as it takes, and not for a minute",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        patience = math.inf if options["wait"] else preparation.DATABASE_PATIENCE_SECONDS
        try:
            preparation.wait_for_database(self.stdout.write, time.sleep, patience_seconds=patience)
            preparation.migrate(self.stdout.write, time.sleep)
            if options["static"]:
                preparation.collect_static(self.stdout.write)
        except (ServersError, DatabaseError) as error:
            raise CommandError(str(error).strip()) from error
        self.stdout.write("the database is up to date")
