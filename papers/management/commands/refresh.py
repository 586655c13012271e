from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from papers.refresh import Outcome, refresh
from papers.sources import ensure_sources, find_sources


class Command(BaseCommand):
    help = "Read the sources now: all of them, or one (huggingface, arxiv_rss, arxiv_rss:cs.LG)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", default="")

    def handle(self, *args: Any, source: str, **options: Any) -> None:
        ensure_sources()
        try:
            found = find_sources(source)
        except LookupError as error:
            raise CommandError(str(error)) from error
        outcomes = [self._read(each) for each in found]
        failed = sum(1 for outcome in outcomes if outcome.error)
        if failed:
            raise CommandError(f"{failed} of {len(outcomes)} sources could not be read.")

    def _read(self, source: Any) -> Outcome:
        outcome = refresh(source, now=timezone.now())
        if outcome.error:
            self.stderr.write(f"{source.name}: {outcome.error}")
            return outcome
        result = outcome.result
        self.stdout.write(
            f"{source.name}: {result.received} papers, {result.created} new, "
            f"{result.changed} changed, {len(outcome.problems)} left out"
        )
        for problem in outcome.problems:
            self.stdout.write(f"  {problem}")
        return outcome
