from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from config.doctor.examine import examine, is_healthy
from config.doctor.findings import Finding, Level
from config.doctor.mail import MailRefused, send_test

_MARKS = {Level.WELL: "ok  ", Level.WARNING: "look", Level.FAULT: "BAD "}


class Command(BaseCommand):
    help = (
        "Look at everything the site needs and say what to do. Exits 1 where something is broken."
    )
    # What is wrong with the settings is said with the rest.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", default="", help="send a test mail to this address")
        parser.add_argument(
            "--offline", action="store_true", help="ask neither mail server nor DNS nor a source"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        to = options["to"]
        if to:
            try:
                validate_email(to)
            except ValidationError as error:
                raise CommandError(f"“{to}” is not an address.") from error
        found = examine(asks_others=not options["offline"])
        for finding in found:
            self._say(finding)
        sent = self._send(to) if to else True
        if not (sent and is_healthy(found)):
            raise SystemExit(1)

    def _say(self, finding: Finding) -> None:
        self.stdout.write(f"{_MARKS[finding.level]} {finding.name}: {finding.words}")
        if finding.advice and finding.level != Level.WELL:
            self.stdout.write(f"       → {finding.advice}")

    def _send(self, to: str) -> bool:
        try:
            send_test(to)
        except MailRefused as error:
            self.stdout.write(f"BAD  Test mail: {error}")
            return False
        self.stdout.write(f"ok   Test mail: handed over for {to}.")
        return True
