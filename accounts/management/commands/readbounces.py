import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from accounts.bounces import boxes, reading
from accounts.bounces.reading import Outcome
from accounts.bounces.reports import MOST_BYTES
from papers import arming

TRY_LATER = 75  # EX_TEMPFAIL of sysexits.h: a mail server that pipes here keeps the mail


class Command(BaseCommand):
    help = (
        "Read mail that came back: a Maildir, an mbox, - for one mail on standard input (a pipe "
        "of the mail server), or, with nothing named, BOUNCE_IMAP_URL and BOUNCE_MAILDIR. Harmless "
        "when run twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", help="a Maildir, an mbox file, or -")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["path"]
        try:
            if path in {None, "-"}:
                arming.refuse_unless_armed()
            if path == "-":
                counted = reading.read([sys.stdin.buffer.read(MOST_BYTES)])
            elif path:
                counted = reading.read(boxes.read_path(Path(path)))
            else:
                counted = _read_configured()
        except boxes.BoxError as error:
            raise CommandError(str(error)) from error
        except arming.MailHeldError as error:
            # A mail that is piped here stays with the mail server.
            raise CommandError(str(error), returncode=TRY_LATER) from error
        except DatabaseError as error:
            text = f"The database cannot be asked: {error}"
            raise CommandError(text, returncode=TRY_LATER) from error
        self.stdout.write(reading.in_words(counted))


def _read_configured() -> Counter[Outcome]:
    if not (settings.BOUNCE_IMAP_URL or settings.BOUNCE_MAILDIR):
        raise CommandError(
            "Name a Maildir, an mbox or -, or set BOUNCE_IMAP_URL or BOUNCE_MAILDIR."
        )
    return reading.read(boxes.read_configured())
