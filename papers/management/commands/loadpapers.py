import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from papers import papersfile
from papers.feeds.records import PaperRecord
from papers.ingest import IngestResult, ingest
from papers.models import TextSource
from papers.search import follower
from papers.search.folder import IndexBusy

MOST_PROBLEMS_SHOWN = 100
LONGEST_WAIT_SECONDS = 600


class Command(BaseCommand):
    help = (
        "Load papers from a file of JSON lines, gzipped or not: arxiv_id, title, abstract, "
        "authors, categories (the first is primary), published, updated, first_seen, comment. "
        "Loading a file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.jsonl[.gz]")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        self.broken = 0
        self.damage = ""
        with Progress(path) as progress:
            result = ingest(
                self._records(path, progress),
                text_source=TextSource.FILE,
                today=timezone.now().date(),
            )
        if result.received or not self.damage:
            self._say(result)
            self._make_searchable()
        if self.damage:
            raise CommandError(self.damage)

    def _records(self, path: Path, progress: "Progress") -> Iterator[PaperRecord]:
        # A file that ends too early still gives what came before, the last chunk too.
        try:
            for line in papersfile.read_lines(path):
                progress.reached(line.read_bytes)
                if line.record is not None:
                    yield line.record
                else:
                    self._report(line)
        except papersfile.NotAPapersFile as error:
            self.damage = str(error)

    def _say(self, result: IngestResult) -> None:
        unchanged = result.received - result.created - result.changed
        broken = f"{self.broken:,} broken line{'' if self.broken == 1 else 's'} skipped"
        self.stdout.write(
            f"{result.received:,} papers read: {result.created:,} new, {result.changed:,} changed, "
            f"{unchanged:,} unchanged; {broken}."
        )

    def _report(self, line: papersfile.Line) -> None:
        self.broken += 1
        if self.broken <= MOST_PROBLEMS_SHOWN:
            self.stderr.write(f"Line {line.number} is skipped: {line.problem}")
        elif self.broken == MOST_PROBLEMS_SHOWN + 1:
            self.stderr.write("More broken lines follow; they are only counted.")

    def _make_searchable(self) -> None:
        try:
            in_time = follower.index_now()
        except IndexBusy:
            in_time = follower.wait_for_follower(timeout_seconds=LONGEST_WAIT_SECONDS)
        if not in_time:
            self.stdout.write("Search does not hold all of them yet; it catches up by itself.")
            return
        reached = follower.state()
        self.stdout.write(f"{reached.indexed if reached else 0:,} papers can be searched.")


class Progress:
    """A bar on a terminal; elsewhere, in a log, a line at every tenth of the file."""

    def __init__(self, path: Path) -> None:
        self._total = path.stat().st_size if path.is_file() else 0
        self._tenths = 0
        self._bar = tqdm(
            total=self._total, unit="B", unit_scale=True, disable=not sys.stderr.isatty()
        )

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_exception: object) -> None:
        self._bar.close()

    def reached(self, read_bytes: int) -> None:
        self._bar.update(read_bytes - self._bar.n)
        tenths = read_bytes * 10 // self._total if self._total else 0
        if self._bar.disable and tenths > self._tenths:
            sys.stderr.write(f"{tenths * 10} % read\n")
            self._tenths = tenths
