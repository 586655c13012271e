"""No feed is stuck after a crash (RELIABILITY P48), with the site's own processes.

    python -m tests.faults.stuck_feeds [--feeds 300] [--kills 6]

Starts the site, gives it hundreds of feeds on hosts of their own, and while they are read kills
the fetching worker with SIGKILL again and again and empties the broker. Prints how long it took
until each feed was read after the last kill; exits 1 when one was not within ten minutes, or a kill
met no worker.
"""

import argparse
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import django
from django.db import connection
from django.db.backends.utils import CursorWrapper
from redis import Redis

from config.servers import paths
from tests.browser.site import Site, running_site
from tests.faults.figures import finish, unless
from tests.faults.workers import wait_for
from tests.origin import Origin
from tests.origin.many_feeds import ManyFeeds

PROMISES = (48,)
LONGEST_SECONDS = 600.0
DEATH_SECONDS = 10.0
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


def kill_worker(site: Site) -> int:
    """SIGKILL to every process of worker-io, which the supervisor starts again; count the dead."""
    found = [int(entry.name) for entry in Path("/proc").iterdir() if is_worker(entry, site.var)]
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not any(map(is_running, found)), DEATH_SECONDS)
    return sum(not is_running(pid) for pid in found)


def is_worker(entry: Path, var: Path) -> bool:
    """Whether this entry of /proc is a process of worker-io of the site in `var`."""
    if not entry.name.isdigit():
        return False
    try:
        command = (entry / "cmdline").read_bytes().decode(errors="replace")
        environment = (entry / "environ").read_bytes().decode(errors="replace")
    except OSError:
        return False
    return "--hostname=io@" in command and str(var) in environment


def is_running(pid: int) -> bool:
    # man proc_pid_stat: the state stands after the name; a dead process is Z until it is fetched.
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def wait_for_requests(feeds: ManyFeeds, count: int) -> None:
    """Wait until `count` more requests are being answered, so that the kill falls among them."""
    before = sum(feeds.asked.values())
    deadline = time.monotonic() + LONGEST_SECONDS
    while sum(feeds.asked.values()) < before + count and time.monotonic() < deadline:
        time.sleep(0.1)


@dataclass(frozen=True)
class Seen:
    """`killed` and `unread` have a number for each kill: processes that died, feeds then unread."""

    killed: list[int]
    unread: list[int]
    left: int
    killing_seconds: float
    reading_seconds: float


def watch(site: Site, feeds: ManyFeeds, kills: int) -> Seen:
    killed: list[int] = []
    unread: list[int] = []
    with connected(site.var) as cursor:
        cursor.execute(ADD, [feeds.addresses])
        began = time.monotonic()
        for number in range(1, kills + 1):
            wait_for_requests(feeds, REQUESTS_BETWEEN)
            killed.append(kill_worker(site))
            Redis.from_url(paths.default_redis_url(site.var)).flushall()
            unread.append(_unread(cursor))
            print(f"kill {number}: {killed[-1]} processes, {unread[-1]} feeds unread", flush=True)
        last_kill = time.monotonic()
        while _unread(cursor) and time.monotonic() - last_kill < LONGEST_SECONDS:
            time.sleep(1)
        left, now = _unread(cursor), time.monotonic()
    return Seen(killed, unread, left, last_kill - began, now - last_kill)


def judge(seen: Seen) -> list[str]:
    """Return what was not kept: a kill that met no worker, or no feed in hand, shows nothing."""
    missed = sum(not count for count in seen.killed)
    idle = sum(not count for count in seen.unread)
    return [
        *unless(bool(seen.killed), "P48: nothing was killed"),
        *unless(not missed, f"P48: {missed} of {len(seen.killed)} kills met no worker"),
        *unless(not idle, f"P48: {idle} of {len(seen.unread)} kills came when all was read"),
        *unless(not seen.left, f"P48: {seen.left} feeds were not read"),
    ]


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
            seen = watch(site, feeds, options.kills)
    said = (
        f"{feeds.count} feeds, {len(seen.killed)} kills of {sum(seen.killed)} processes in "
        f"{seen.killing_seconds:.0f} s: {seen.left} unread {seen.reading_seconds:.0f} s after the "
        f"last kill; {sum(feeds.asked.values())} requests"
    )
    print(said)
    finish([said], judge(seen))


if __name__ == "__main__":
    main()
