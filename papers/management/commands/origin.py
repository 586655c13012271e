import time
from argparse import ArgumentParser
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Answer on this machine as arXiv and Hugging Face did on a chosen day, from recorded "
        "papers. Move the day while it runs: curl -d 2026-03-03 http://127.0.0.1:8100/_day"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--papers", type=Path, help="papers, as JSON lines, gzipped or not")
        parser.add_argument("--hf", type=Path, help="a directory of YYYY-MM-DD.json.gz lists")
        parser.add_argument("--day", type=date.fromisoformat, default=date(2026, 3, 2))
        parser.add_argument("--port", type=int, default=8100)

    def handle(self, *args: Any, **options: Any) -> None:
        origin = self._make_origin(options)
        try:
            origin.start()
        except OSError as error:
            raise CommandError(f"Port {options['port']} cannot be used: {error}.") from error
        self.stdout.write(f"{len(origin.library):,} papers, {origin.day}, at {origin.url}\n")
        for name, value in origin.settings.items():
            shown = ",".join(value) if isinstance(value, list) else value
            self.stdout.write(f"  {name}={shown}\n")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            origin.stop()

    def _make_origin(self, options: dict[str, Any]) -> Any:
        for path in filter(None, (options["papers"], options["hf"])):
            if not path.exists():
                raise CommandError(f"{path} does not exist.")
        try:
            # The stand-in lives with the tests, which an installed copy may come without.
            module = import_module("tests.origin")
        except ModuleNotFoundError as error:
            raise CommandError(
                "The folder tests/ is missing: run this from a full checkout of Broadsheet."
            ) from error
        try:
            return module.Origin(
                papers_path=options["papers"],
                hf_directory=options["hf"],
                day=options["day"],
                port=options["port"],
                on_request=lambda request: self.stdout.write(f"{request.method} {request.path}\n"),
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
