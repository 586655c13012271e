import logging
import re
import time
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from papers import documents, harvest, rounds
from papers.backfill_scopes import read_scope
from papers.models import Harvest

MONTH = re.compile(r"\d{4}-\d{2}")
LOOK_AGAIN_SECONDS = 1.0


class Command(BaseCommand):
    help = (
        "Read arXiv's papers of past months, three seconds between two requests. What was begun "
        "goes on after a restart, here or by the site's own workers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", required=True, help="2024-01 or 2024-01-15")
        parser.add_argument("--until", dest="last", default="", help="2024-06: all of that month")
        parser.add_argument("--set", dest="scope", required=True, help="cs, cs.CL, math:math:NA")
        parser.add_argument(
            "--interface",
            choices=Harvest.Interface.values,
            default=Harvest.Interface.OAI_RAW,
            help="oai_raw; oai has no versions; api for one category by day of submission",
        )
        parser.add_argument(
            "--background", action="store_true", help="leave the work to the site's workers"
        )

    def handle(self, *args: Any, first: str, last: str, scope: str, **options: Any) -> None:
        first_on, last_on = _day(first), _day(last, at_end=True) if last else None
        try:
            one = self._find_or_start(
                read_scope(scope, interface=options["interface"]),
                options["interface"],
                first_on,
                last_on,
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["background"]:
            self.stdout.write("The site's workers read it now; see /sources/backfill/.")
            return
        logging.getLogger("papers.rounds").setLevel(logging.WARNING)  # the bar says the same
        try:
            self._read_to_the_end(one)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped here. The same command, or a running site, goes on.")
            return
        self._say_result(one)

    def _find_or_start(
        self, scope: str, interface: str, first_on: date, last_on: date | None
    ) -> Harvest:
        begun = harvest.find_backfill(interface=interface, scope=scope, first_on=first_on)
        if begun:
            self.stdout.write(f"Going on with the backfill begun on {begun.started_at:%Y-%m-%d}.")
            harvest.resume(begun)
            return begun
        return harvest.start_backfill(
            interface=interface,
            scope=scope,
            first_on=first_on,
            last_on=last_on,
            earliest_month=first_on.replace(day=1),
            today=timezone.now().date(),
        )

    def _read_to_the_end(self, one: Harvest) -> None:
        """Page by page; one that a worker of the site has in hand is waited for."""
        with tqdm(total=100, unit="%", bar_format="{l_bar}{bar}| {postfix}") as bar:
            while one.state == Harvest.State.RUNNING:
                has_read = self._read_page(one)
                one.refresh_from_db()
                _show(bar, one, is_waiting=not has_read)
                if not has_read:
                    time.sleep(LOOK_AGAIN_SECONDS)

    def _read_page(self, one: Harvest) -> bool:
        claimed = harvest.claim(one.pk, now=timezone.now())
        if claimed:
            rounds.read_page(claimed, now=timezone.now())
        for pk in one.documents.values_list("pk", flat=True):
            document = documents.claim_document(pk)
            if document:
                rounds.store(document, now=timezone.now())
                return True
        return False

    def _say_result(self, one: Harvest) -> None:
        self.stdout.write(
            f"{one.get_state_display().capitalize()}: {one.received} papers in {one.pages} pages, "
            f"{one.created} new, {one.changed} changed, {one.left_out} left out."
        )
        for problem in one.problems:
            self.stdout.write(f"  {problem}")


def _show(bar: Any, one: Harvest, *, is_waiting: bool) -> None:
    state = harvest.progress(one, now=timezone.now())
    bar.n = round(state.share * 100)
    left = f", about {_round(state.remaining)} left" if state.remaining else ""
    why = f" ({one.last_error or _waited_for(one)})" if one.last_error or is_waiting else ""
    bar.set_postfix_str(f"{one.received} papers, {state.records_a_second:.0f}/s{left}{why}")


def _waited_for(one: Harvest) -> str:
    """Who has the next page; a process that was killed keeps it until its lease ends."""
    leases = [one.leased_until, *one.documents.values_list("leased_until", flat=True)]
    held = [until for until in leases if until and until > timezone.now()]
    if held:
        return f"another process has a page in hand, until {max(held):%H:%M} UTC at most"
    if one.next_due_at > timezone.now():
        return f"the next page is asked for at {one.next_due_at:%H:%M:%S} UTC"
    return "waiting for the next page"


def _round(remaining: timedelta) -> timedelta:
    return timedelta(seconds=round(remaining.total_seconds()))


def _day(text: str, *, at_end: bool = False) -> date:
    """A day, or the first (`at_end`: the last) of a month. Raises CommandError in words."""
    try:
        if not MONTH.fullmatch(text):
            return date.fromisoformat(text)
        first = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise CommandError(f"“{text}” is no month or day: write 2024-01 or 2024-01-15.") from error
    next_month = (first + timedelta(days=32)).replace(day=1)
    return next_month - timedelta(days=1) if at_end else first
