import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from papers.search.follower import follow


class Command(BaseCommand):
    # Whoever starts it has checked; checks load all views, a third of its memory.
    requires_system_checks: list[str] = []
    help = "Keep the search index of this machine in step with the database, until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        follow(stop)
