import os
from argparse import ArgumentParser
from contextlib import ExitStack
from datetime import UTC, date, datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.test.utils import override_settings

from accounts.digest import replay_readers
from accounts.digest.replay import DayResult, KeepingBackend, keeping_sources, replay
from accounts.models import User

ROW = "{:<12}{:>10}{:>8}{:>9}{:>8}{:>9}"


class Command(BaseCommand):
    help = (
        "Replay recorded days: a local origin answers as arXiv and Hugging Face did, and a chosen "
        "clock moves through refresh, ranking and, with --readers, the daily digest. No mail "
        "leaves the machine. Ends with an error when a promise to a reader was broken."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True)
        parser.add_argument("--to", dest="last", type=date.fromisoformat, required=True)
        parser.add_argument("--readers", type=int, default=0, help="invent so many readers")
        parser.add_argument("--origin-papers", type=Path, help="papers, as JSON lines")
        parser.add_argument("--origin-hf", type=Path, help="a directory of YYYY-MM-DD.json.gz")
        parser.add_argument("--outbox", type=Path, help="keep the mail in this folder too")
        parser.add_argument("--yes", action="store_true", help="although there are real accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        first, last = options["first"], options["last"]
        if last < first:
            raise CommandError("--to lies before --from.")
        if options["readers"] and replay_readers.others_exist() and not options["yes"]:
            raise CommandError(
                "This database has real accounts. Replay into one of its own (DATABASE_URL or "
                "BROADSHEET_VAR), or say --yes: papers, stats and batches of the past will change."
            )
        with ExitStack() as stack:
            origin = stack.enter_context(self._origin(options))
            stack.enter_context(override_settings(**origin.settings, **_mail(options["outbox"])))
            stack.enter_context(keeping_sources(origin.host))
            self._replay(origin, first, last, options["readers"])

    def _origin(self, options: dict[str, Any]) -> Any:
        papers = options["origin_papers"] or _shared("papers.jsonl.gz")
        lists = options["origin_hf"] or _shared("hf_daily")
        if papers is None or not papers.exists():
            raise CommandError("Say with --origin-papers which papers file to replay.")
        try:
            # The stand-in lives with the tests, which an installed copy may come without.
            origin = import_module("tests.origin").Origin(papers_path=papers, hf_directory=lists)
        except ModuleNotFoundError as error:
            raise CommandError(
                "The folder tests/ is missing: run this from a full checkout of Broadsheet."
            ) from error
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(origin.library):,} papers can be replayed.")
        return origin

    def _replay(self, origin: Any, first: date, last: date, count: int) -> None:
        begin = datetime.combine(first, time(0), tzinfo=UTC)
        KeepingBackend.kept.clear()
        readers = replay_readers.make_readers(count, begin) if count else []
        self.stdout.write(ROW.format("day", "papers in", "sent", "skipped", "failed", "unknown"))
        try:
            for result in replay(
                first,
                last,
                move_origin=lambda day: setattr(origin, "day", day),
                with_digest=bool(readers),
                after_refresh=lambda now: replay_readers.give_lists(readers),
            ):
                self._say(result)
            if readers:
                self._judge(readers, first, last)
        finally:
            replay_readers.retire(readers)

    def _say(self, result: DayResult) -> None:
        states = result.outcomes
        failed = states["failed"] + states["retry"]
        counts = (states["sent"], states["skipped"], failed, states["unknown"])
        self.stdout.write(ROW.format(str(result.day), result.papers, *counts))
        for error in dict.fromkeys(result.errors):
            self.stderr.write(f"  {error}")

    def _judge(self, readers: list[User], first: date, last: date) -> None:
        verdict = replay_readers.judge(readers, first, last)
        self.stdout.write(
            f"{verdict.readers} readers, {verdict.due} due days: {verdict.sent} issues sent, "
            f"{verdict.skipped} skipped with a reason, {verdict.missing} missing, "
            f"{verdict.unasked} not asked for, {verdict.unfinished} unfinished; "
            f"{verdict.doubles} doubles, {verdict.papers_twice} papers twice to a reader."
        )
        if not verdict.is_kept:
            raise CommandError("A promise to a reader was broken.")


def _mail(outbox: Path | None) -> dict[str, Any]:
    if outbox is None:
        return {"EMAIL_BACKEND": "accounts.digest.replay.KeepingBackend"}
    return {"EMAIL_BACKEND": "accounts.digest.replay.WritingBackend", "OUTBOX": outbox}


def _shared(name: str) -> Path | None:
    folder = os.environ.get("BROADSHEET_SHARED_DATA") or settings.BASE_DIR.parent / "shared/data"
    path = Path(folder) / name
    return path if path.exists() else None
