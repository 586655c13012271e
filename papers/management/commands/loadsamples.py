from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from papers.samples import load_samples


class Command(BaseCommand):
    help = "Load a few dozen invented papers, to see how the site looks; removesamples undoes it."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_samples(today=timezone.now().date())
        if loaded:
            self.stdout.write(
                f"{loaded} sample papers loaded; manage.py removesamples removes them."
            )
        else:
            self.stdout.write("The sample papers are there already.")
