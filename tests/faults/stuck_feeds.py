"""No feed is stuck after a crash (RELIABILITY P48), with the site's own processes.

    python -m tests.faults.stuck_feeds [--feeds 300] [--kills 6]

Starts the site, gives it hundreds of feeds on hosts of their own, and while they are read kills
the fetching worker with SIGKILL again and again and empties the broker. Prints how long it took
until each feed was read after the last kill; exits 1 when one was not within ten minutes.
"""

import argparse
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django
from django.db import connection
from django.db.backends.utils import CursorWrapper
from redis import Redis

from config.servers import paths
from tests.browser.site import Site, running_site
from tests.faults.figures import finish, unless
from tests.origin import Origin
from tests.origin.many_feeds import ManyFeeds

PROMISES = (48,)
LONGEST_SECONDS = 600.0
REQUESTS_BETWEEN = 30
ADD = """
INSERT INTO papers_source (kind, key, title, is_active, state, last_error, failures, etag,
    last_modified, moved_to, next_due_at)
SELECT 'syndication', address, '', true, 'new', '', 0, '', '', '', now()
FROM unnest(%s::text[]) AS address
"""
UNREAD = """
SELECT count(*) FROM papers_source WHERE kind = 'syndication' AND last_success_at IS NULL
"""


@contextmanager
def connected(var: Path) -> Iterator[CursorWrapper]:
    """A cursor on the private Postgres of the site in `var`."""
    os.environ |= {"BROADSHEET_VAR": str(var), "DJANGO_SETTINGS_MODULE": "config.settings"}
    django.setup()
    with closing(connection), connection.cursor() as cursor:
        yield cursor


def kill_worker(site: Site) -> bool:
    """SIGKILL to every process of worker-io; the supervisor starts it again."""
    found = False
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
            environment = (folder / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if "--hostname=io@" in command and str(site.var) in environment:
            os.kill(int(folder.name), signal.SIGKILL)
            found = True
    return found


def wait_for_requests(feeds: ManyFeeds, count: int) -> None:
    """Wait until `count` more requests are being answered, so that the kill falls among them."""
    before = sum(feeds.asked.values())
    deadline = time.monotonic() + LONGEST_SECONDS
    while sum(feeds.asked.values()) < before + count and time.monotonic() < deadline:
        time.sleep(0.1)


def watch(site: Site, feeds: ManyFeeds, kills: int) -> tuple[str, bool]:
    """Return what was seen, in words, and whether every feed was read."""
    with connected(site.var) as cursor:
        cursor.execute(ADD, [feeds.addresses])
        began = time.monotonic()
        for number in range(1, kills + 1):
            wait_for_requests(feeds, REQUESTS_BETWEEN)
            found = kill_worker(site)
            Redis.from_url(paths.default_redis_url(site.var)).flushall()
            said = "" if found else " (no worker was there)"
            print(f"kill {number}{said}: {_unread(cursor)} feeds unread", flush=True)
        last_kill = time.monotonic()
        while _unread(cursor) and time.monotonic() - last_kill < LONGEST_SECONDS:
            time.sleep(1)
        left, now = _unread(cursor), time.monotonic()
    said = (
        f"{feeds.count} feeds, {kills} kills in {last_kill - began:.0f} s: "
        f"{left} unread {now - last_kill:.0f} s after the last kill; "
        f"{sum(feeds.asked.values())} requests"
    )
    return said, not left


def _unread(cursor: CursorWrapper) -> int:
    cursor.execute(UNREAD)
    return int(cursor.fetchone()[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--kills", type=int, default=6)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="broadsheet-faults-") as folder,
        ManyFeeds(count=options.feeds, delay_seconds=1.0) as feeds,
        Origin() as origin,
    ):
        var = Path(folder)
        var.chmod(0o711)
        environment = origin.environment | {"GITHUB_STARS": "no"}
        environment["FETCH_ALLOWED_PRIVATE_HOSTS"] = ",".join([origin.host, *feeds.hosts])
        with running_site(var, origin=environment) as site:
            said, is_kept = watch(site, feeds, options.kills)
    print(said)
    finish([said], unless(is_kept, "P48: a feed was not read"))


if __name__ == "__main__":
    main()
