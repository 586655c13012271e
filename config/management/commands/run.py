import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.checks import SERVING
from config.supervisor.children import NAMES, describe_child
from config.supervisor.self_watch import WATCHED_VARIABLE


class Command(BaseCommand):
    help = (
        "Become one process of the site, as containers and units run it: the same command as "
        "`start` gives it, with nobody above that starts it again. Workers and beat end themselves "
        "where they do nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("process", choices=NAMES)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.EMBEDDED_POSTGRES or settings.EMBEDDED_REDIS:
            raise CommandError(
                "One process alone has no private servers: set DATABASE_URL and REDIS_URL, "
                "or run the whole site with 'manage.py start'."
            )
        if options["process"] == "web":
            self.check(tags=[SERVING], include_deployment_checks=True)
        program = describe_child(options["process"], is_alone=True)
        os.chdir(program.folder)
        environment = {**program.environment, WATCHED_VARIABLE: program.name}
        # Signals of whoever watches over it must reach the process itself.
        os.execvpe(program.command[0], list(program.command), environment)  # noqa: S606
