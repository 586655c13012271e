from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.migration_lint import look_at_new


class Command(BaseCommand):
    help = "For developers: refuse migrations that the version before would feel while they run."

    def handle(self, *args: Any, **options: Any) -> None:
        unsafe = 0
        for label, complaints in look_at_new():
            if complaints:
                unsafe += 1
                self.stdout.write(f"{label} is unsafe while the site runs:\n{complaints}")
        if unsafe:
            raise CommandError("CONTRIBUTING.md says how to do it safely, or how to say why it is.")
