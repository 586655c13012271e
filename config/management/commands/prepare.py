import math
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as DatabaseError
from django.db import OperationalError, connection

from config.management.commands.migrate import TableInUseError
from config.servers.errors import ServersError
from config.supervisor import preparation
from config.supervisor.signals import stopped_like_ctrl_c

_AGAIN_SECONDS = 5.0


class Command(BaseCommand):
    help = "Wait for the database and bring it up to date: once, before `run` on any machine."
    _told_in_use = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--static",
            action="store_true",
            help="also collect and compress this machine's static files, where no image has them",
        )
        parser.add_argument(
            "--wait",
            action="store_true",
            help="wait for the database for as long as it takes, and not for a minute; where it "
            "goes away again, or a table stays in use, wait and begin anew",
        )
        parser.add_argument("--samples", action="store_true", help="also load the sample papers")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            # Each step may end anywhere: migrations are rolled back, the rest is done next time.
            with stopped_like_ctrl_c():
                while not self._prepare(options):
                    time.sleep(_AGAIN_SECONDS)
        except DatabaseError as error:
            raise ServersError(f"The database refuses: {str(error).strip()}") from error
        if options["verbosity"]:
            self.stdout.write("the database is up to date")

    def _prepare(self, options: Mapping[str, Any]) -> bool:
        """Return False where the database went away meanwhile, or has a table in use, and is to
        be waited for."""
        try:
            for step in self._steps(options):
                step()
        except OperationalError as error:
            if not (options["wait"] and preparation.is_gone(error)):
                raise
            reason = str(error).strip().splitlines()[0]
            self.stdout.write(f"the database went away, beginning anew: {reason}")
            connection.close()
            return False
        except TableInUseError as error:
            if not options["wait"]:
                raise
            # Once: a backup of a large site takes hours.
            if not self._told_in_use:
                self.stdout.write(f"beginning anew until it is free: {error}")
            self._told_in_use = True
            return False
        return True

    def _steps(self, options: Mapping[str, Any]) -> Iterator[Callable[[], None]]:
        say, pause = self.stdout.write, time.sleep
        patience = math.inf if options["wait"] else preparation.DATABASE_PATIENCE_SECONDS
        yield partial(preparation.wait_for_database, say, pause, patience_seconds=patience)
        yield partial(preparation.migrate, say, pause)
        if options["static"]:
            yield partial(preparation.collect_static, say)
        if options["samples"]:
            yield preparation.load_samples
