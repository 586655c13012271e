"""A whole site as `manage.py start` runs it, with stand-ins for its sources and its mail server.

To be imported after django.setup(): the database is asked beside the running site.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import connection, connections
from django.db.models.functions import Now
from django.utils import timezone

from benchmarks.corpus import Corpus
from benchmarks.site import PROJECT
from papers.models import Paper, Source
from tests.faults.stuck_feeds import ADD
from tests.origin import Origin
from tests.origin.library import Library
from tests.origin.many_feeds import ManyFeeds

CATEGORY = "cs.CL"
BATCH_PAPERS = 600
START_SECONDS = 300.0
STOP_SECONDS = 60.0
SATURDAY = 5


@dataclass
class Site:
    process: "subprocess.Popen[bytes]"
    port: int
    origin: Origin
    log: Path

    def say_new_papers(self, seed: int) -> list[str]:
        """Let the feed announce papers that the site has not, and be due; return their ids."""
        number = _first_free_number()
        made = Corpus(BATCH_PAPERS, seed=seed).papers()
        papers = [
            {
                "arxiv_id": f"{_PREFIX}{number + n:05}",
                "title": paper.title.capitalize(),
                "abstract": paper.abstract,
                "authors": list(paper.authors),
                "categories": [CATEGORY],
                "first_seen": self.origin.day.isoformat(),
            }
            for n, paper in enumerate(made)
        ]
        self.origin.library = Library.from_papers(papers)
        make_feed_due()
        return [str(paper["arxiv_id"]) for paper in papers]


_PREFIX = "2611."


def _first_free_number() -> int:
    known = Paper.objects.filter(arxiv_id__startswith=_PREFIX).order_by("-arxiv_id")
    newest = known.values_list("arxiv_id", flat=True).first()
    return int(newest.partition(".")[2]) + 1 if newest else 1


def missing(arxiv_ids: list[str]) -> list[str]:
    """Those of these papers that the site has not."""
    there = Paper.objects.filter(arxiv_id__in=arxiv_ids).values_list("arxiv_id", flat=True)
    return sorted(set(arxiv_ids) - set(there))


def make_feed_due() -> None:
    Source.objects.filter(kind=Source.Kind.ARXIV_RSS).update(next_due_at=timezone.now())


def wait_for_papers(arxiv_ids: list[str], seconds: float) -> None:
    """Wait until the site has all of these papers, at most so long.

    Who read the feed at the moment of an announcement made it due an hour later, so that each
    minute that hour is over.
    """
    deadline = time.monotonic() + seconds
    while missing(arxiv_ids) and time.monotonic() < deadline:
        make_feed_due()
        time.sleep(60)


@contextmanager
def started_site(var: Path, mail_port: int, feeds: ManyFeeds) -> Iterator[Site]:
    """Run the whole site in `var`, where it was filled before; its log is `var/start.log`."""
    port, log = int(os.environ["PORT"]), var / "start.log"
    connections.close_all()
    with Origin(day=_last_weekday()) as origin, log.open("wb") as out:
        environment = os.environ | origin.environment
        environment |= {
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "FETCH_ALLOWED_PRIVATE_HOSTS": ",".join([origin.host, *feeds.hosts]),
            "ARXIV_CATEGORIES": CATEGORY,
            "API_VISITOR_REQUESTS_PER_HOUR": "1000000",
            **dict.fromkeys(("GITHUB_STARS", "ARXIV_REPAIR", "ARXIV_WITNESS"), "no"),
        }
        process = subprocess.Popen(
            [sys.executable, "manage.py", "start"],
            cwd=PROJECT, env=environment, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            _wait(f"http://127.0.0.1:{port}/readyz", process, log)
            yield Site(process, port, origin, log)
        finally:
            connections.close_all()
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)


def add_feeds(feeds: ManyFeeds) -> None:
    """A site that was kept has those of earlier runs, whose ports nobody listens to any more."""
    known = Source.objects.filter(kind=Source.Kind.SYNDICATION, key__startswith="http://127.1.")
    known.exclude(key__in=feeds.addresses).delete()
    with connection.cursor() as cursor:
        cursor.execute(ADD, [feeds.addresses])


def make_feeds_due(hour: datetime) -> None:
    """Let each feed that was not read since `hour` be due, whatever its interval.

    To be called again and again: a feed that was being read at that moment is due afterwards.
    """
    feeds = Source.objects.filter(kind=Source.Kind.SYNDICATION, leased_until=None)
    waiting = feeds.exclude(last_attempt_at__gte=hour).filter(next_due_at__gt=Now())
    waiting.update(next_due_at=Now())


def _last_weekday() -> date:
    day = timezone.now().date()
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    return day


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    sys.exit(f"The site did not come to be ready:\n{log.read_text()[-3000:]}")
