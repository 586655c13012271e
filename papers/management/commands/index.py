import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from papers.models import SearchEpoch
from papers.search import folder, follower


class Command(BaseCommand):
    help = "Show how far the search index of this machine is, or build it anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="build it anew, beside the old")

        parser.add_argument(
            "--new-epoch",
            action="store_true",
            help="let every machine build it anew, after a dump was restored over a used database",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_epoch"]:
            SearchEpoch.objects.update_or_create(id=1, defaults={"epoch": uuid.uuid4()})
        if options["rebuild"]:
            self._rebuild()
        reached = follower.state()
        if reached is None:
            self.stdout.write("There is no search index yet; `manage.py follow` builds it.")
            return
        running = "" if folder.is_being_written() else " No follower is running."
        self.stdout.write(
            f"{reached.indexed:,} of {reached.papers:,} papers can be searched.{running}"
        )

    def _rebuild(self) -> None:
        folder.ask_for_rebuild()
        try:
            follower.index_now()
        except folder.IndexBusy:
            self.stdout.write("The running follower builds the index anew.")
