"""How long 300 feeds take whose answers are all 304: python -m benchmarks.feeds [--rounds 5]

The fetching worker is the site's own Celery worker with its eight threads; the feeds are answered
by a server in another process of the same machine. Prints seconds a round, and the median.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

from django.db.backends.utils import CursorWrapper

from benchmarks.site import PROJECT, running_site
from tests.faults.stuck_feeds import ADD, connected
from tests.origin.many_feeds import ManyFeeds

AGAIN = """
UPDATE papers_source SET next_due_at = now(), last_attempt_at = NULL, last_full_at = now()
WHERE kind = 'syndication'
"""
READ = """
SELECT count(*) FROM papers_source WHERE kind = 'syndication' AND last_attempt_at IS NOT NULL
    AND state = 'ok'
"""
TICK = "from papers import tasks; tasks.refresh_due_sources.delay()"


def read_all(cursor: CursorWrapper, count: int) -> float:
    """Seconds from the tick until the last feed was read."""
    cursor.execute(AGAIN)
    subprocess.run([sys.executable, "manage.py", "shell", "-c", TICK], cwd=PROJECT, check=True)
    began = time.perf_counter()
    while _read(cursor) < count:
        time.sleep(0.05)
    return time.perf_counter() - began


def _read(cursor: CursorWrapper) -> int:
    cursor.execute(READ)
    return int(cursor.fetchone()[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--feeds", type=int, default=300)
    options = parser.parse_args()
    with ManyFeeds(count=options.feeds) as feeds, running_site(None) as var:
        os.environ["FETCH_ALLOWED_PRIVATE_HOSTS"] = ",".join(feeds.hosts)
        os.environ |= {
            "ARXIV_CATEGORIES": "",
            "HUGGINGFACE_URL": "http://127.0.0.1:9",
            "GITHUB_STARS": "no",
            "LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-Q", "io,cpu"]
        worker = subprocess.Popen(
            [*command, "--pool", "threads", "--concurrency", "8", "--loglevel", "error"],
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with connected(var) as cursor:
                cursor.execute(ADD, [feeds.addresses])
                print(f"first reading, with bodies: {read_all(cursor, options.feeds):.1f} s")
                before = sum(feeds.conditional.values())
                seconds = [read_all(cursor, options.feeds) for _ in range(options.rounds)]
        finally:
            worker.kill()
        answered = sum(feeds.conditional.values()) - before
    print(f"{answered} answers of 304 in {options.rounds} rounds of {options.feeds} feeds")
    print("seconds:", ", ".join(f"{each:.1f}" for each in seconds))
    print(f"median: {statistics.median(seconds):.1f} s (target 20 s)")


if __name__ == "__main__":
    main()
