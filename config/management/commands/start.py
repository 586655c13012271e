from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError

from config.checks import SERVING, SETTINGS
from config.supervisor.children import NAMES, choose_names
from config.supervisor.output import Log
from config.supervisor.site import Site


class Command(BaseCommand):
    # Those of Django load all views, which are a third of the memory that it would keep.
    requires_system_checks: list[str] = [SETTINGS]
    help = "Run the whole site: its private servers, web, workers, beat and the index follower."

    def add_arguments(self, parser: CommandParser) -> None:
        names = ", ".join(NAMES)
        parser.add_argument("--only", type=_names, default=[], help=f"run only these: {names}")
        parser.add_argument("--without", type=_names, default=[], help="run all but these")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            names = choose_names(options["only"], options["without"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        if "web" in names:
            self.check(tags=[SERVING], include_deployment_checks=True)
        try:
            Site(names, Log(as_json=settings.LOG_FORMAT == "json")).run()
        except DatabaseError as error:
            raise CommandError(f"The database refuses: {str(error).strip()}") from error


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
