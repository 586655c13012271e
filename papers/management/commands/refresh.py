from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from papers import rounds
from papers.models import Source
from papers.refresh import Outcome
from papers.sources import ensure_sources, find_sources


class Command(BaseCommand):
    help = (
        "Read the sources now: all but the nightly repair, or those that are named (huggingface, "
        "arxiv_rss, arxiv_rss:cs.LG, arxiv_oai:cs.LG)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", default="")

    def handle(self, *args: Any, source: str, **options: Any) -> None:
        ensure_sources()
        try:
            found = find_sources(source)
        except LookupError as error:
            raise CommandError(str(error)) from error
        if not source:  # a repair takes minutes a category; the workers read it at night
            found = [each for each in found if each.kind != Source.Kind.ARXIV_OAI]
        outcomes = [self._read(each) for each in found]
        failed = sum(1 for outcome in outcomes if outcome.error)
        if failed:
            raise CommandError(f"{failed} of {len(outcomes)} sources could not be read.")

    def _read(self, source: Source) -> Outcome:
        outcome = rounds.read_now(source, now=timezone.now())
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
