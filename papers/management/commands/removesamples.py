from typing import Any

from django.core.management.base import BaseCommand

from papers.samples import remove_samples


class Command(BaseCommand):
    help = "Remove every sample paper, with the votes and list entries on it."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{remove_samples()} sample papers removed.")
