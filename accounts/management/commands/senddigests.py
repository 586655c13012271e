from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from accounts.digest import ledger, send, stopping, tick


class Command(BaseCommand):
    help = (
        "Send the digests that are due now, in this process, without Celery. Harmless beside the "
        "workers, and when run twice; a cron line each minute can stand in for beat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many are due")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            due = len(ledger.due_ids()) + tick.count_due(ledger.database_now())
            self.stdout.write(f"{due} issues are due.")
            return
        with stopping.asked_by_sigterm():
            outcomes = _send()
        words = ", ".join(f"{count} {state}" for state, count in sorted(outcomes.items()))
        self.stdout.write(words or "No issue is due.")


def _send() -> Counter[str]:
    outcomes: Counter[str] = Counter()
    for chunk in tick.tick(ledger.database_now()).chunks:
        if stopping.is_asked():
            break
        outcomes += send.deliver(chunk, now=ledger.database_now())
    return outcomes
