from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.servers.upgrade import upgrade_database


class Command(BaseCommand):
    help = "Move the private database to the installed version of Postgres, by dump and restore."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED_POSTGRES:
            raise CommandError("DATABASE_URL is set: upgrade that server by its own means.")
        upgrade_database(settings.VAR, self.stdout.write)
