from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import settings
from config.settings_table.table import check_described, write_table


class Command(BaseCommand):
    help = "Write the table of all settings, with their defaults, in Markdown (docs/settings.md)."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if problems := check_described(settings.env.defaults):
            raise CommandError("\n".join(problems))
        self.stdout.write(write_table(settings.env.defaults), ending="")
