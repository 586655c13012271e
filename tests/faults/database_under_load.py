"""Four web processes and the workers write for ten minutes (RELIABILITY P17).

    python -m tests.faults.database_under_load [--port N] [--minutes 10] [--readers 300]

Readers make lists, vote and mark the same papers, visitors look, while the workers store feeds of
new papers and send everybody's digest again and again, to one private Postgres. Then a stranger
takes every connection that is left, and another locks a table that all pages need, each for
`--seconds`: not promised to pass unnoticed, but to be told in words and to be over by itself.
Exits 1 when somebody saw a fault under load, Postgres found a deadlock or had no connection left,
a write took longer than a second (p99), or an acknowledged write or a digest is missing.
"""

import argparse
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import psycopg
from django.db import connection

from config.servers import paths
from tests.faults.figures import finish, unless
from tests.faults.postbox import open_postbox
from tests.faults.site_stage import make_due, make_stage, site_environment
from tests.faults.visitors import (
    GOOD,
    Visitors,
    cookies_of,
    percentile_ms,
    statuses,
)
from tests.faults.whole_site import Site, free_port, seconds_until, started_site

if TYPE_CHECKING:
    from tests.faults.stage import Stage

PROMISES = (17,)
WEB_PROCESSES = 4
MOST_WRITE_MS = 1000.0
DIGEST_SECONDS = 60.0
FEED_SECONDS = 5.0
FEED_ITEMS = 40
RECOVERS_SECONDS = 30.0
FINISH_SECONDS = 300.0
READERS_THAT_ASK = 100
PAPERS_VOTED = 8
_CLIENTS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
_REFUSED = ("too many clients", "remaining connection slots", "deadlock detected")


@dataclass
class Watch:
    """Counts connections each half second, by one of its own, which is not counted."""

    site: Site
    most: int = 0
    deadlocks: int | None = None
    _is_over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watching(self) -> Iterator[None]:
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            thread.join()

    def _watch(self) -> None:
        with connected(self.site) as asked:
            before = _number(asked, _DEADLOCKS)
            while not self._is_over.wait(0.5):
                self.most = max(self.most, _number(asked, _CLIENTS) - 1)
            time.sleep(1.0)  # statistics are written once a second
            self.deadlocks = _number(asked, _DEADLOCKS) - before


def connected(site: Site, user: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
    folder = str(paths.postgres_socket_directory(site.var))
    return psycopg.connect(host=folder, dbname=paths.DATABASE, user=user, autocommit=True)


def _number(asked: "psycopg.Connection[tuple[object, ...]]", question: str) -> int:
    row = asked.execute(question).fetchone()
    assert row is not None
    return int(str(row[0]))


class Busy:
    """What gives the workers work: new papers in feeds, and digests."""

    def __init__(self, stage: "Stage") -> None:
        from papers.models import Source

        self.stage = stage
        # Never asked: its answers are put where a fetch puts them.
        self.source = Source.objects.create(
            kind=Source.Kind.SYNDICATION, key="https://busy.example/feed.xml", is_active=False
        )
        self.feeds = self.digests = self.doubles = 0
        self.missing: list[str] = []
        self._digest_at = self._feed_at = 0.0

    def go_on(self) -> None:
        """Called often: a feed each five seconds, all digests again when the last are over."""
        now = time.monotonic()
        if now > self._feed_at:
            self._feed_at = now + FEED_SECONDS
            self._bring_feed()
        if now > self._digest_at and (not self.digests or self.stage.is_over()):
            self.count_digests()
            self._digest_at = now + DIGEST_SECONDS
            self.digests += 1
            make_due(self.stage)

    def count_digests(self) -> None:
        """Keep what became of the round that is over."""
        if self.digests:
            self.doubles += self.stage.postbox.doubles()
            if missing := self.stage.not_sent():
                self.missing.append(f"{missing} of a round")

    def _bring_feed(self) -> None:
        from django.utils import timezone

        from papers import documents, tasks
        from papers.feeds.fetch import FetchedResponse

        now = timezone.now()
        self.feeds += 1
        answer = FetchedResponse(200, feed(self.feeds), self.source.key)
        kept = documents.keep(answer, source=self.source, for_day=now.date(), now=now)
        tasks.ingest_document.apply_async((kept.pk,), expires=60)

    def stored(self) -> int:
        """How many of the feeds' papers are there."""
        from papers.models import Paper

        return Paper.objects.filter(title__startswith="Busy paper ").count()

    def waiting(self) -> dict[str, int]:
        """The feeds that are not stored, by attempts and the last error."""
        from papers.models import FetchedDocument

        left = FetchedDocument.objects.filter(source=self.source)
        rows = left.values_list("attempts", "leased_until", "last_error")
        return dict(Counter(f"{tried} attempts, {lease}, {said!r}" for tried, lease, said in rows))


def feed(number: int) -> bytes:
    items = "".join(
        f"<item><title>Busy paper {number} {item}</title>"
        f"<link>https://busy.example/{number}/{item}</link>"
        f"<guid>https://busy.example/{number}/{item}</guid>"
        f"<description>What was found of weirs, in {number} ways.</description></item>"
        for item in range(FEED_ITEMS)
    )
    return f'<rss version="2.0"><channel><title>Busy</title>{items}</channel></rss>'.encode()


@dataclass(frozen=True)
class Load:
    """What became of the ten minutes."""

    words: list[str]
    broken: list[str]


def play_load(site: Site, stage: "Stage", busy: Busy, minutes: float) -> Load:
    watch, visitors = Watch(site), make_visitors(site)
    began = time.monotonic()
    with watch.watching(), visitors.visiting():
        while time.monotonic() < began + minutes * 60:
            busy.go_on()
            time.sleep(0.5)
    is_over = seconds_until(stage.is_over, FINISH_SECONDS) is not None
    busy.count_digests()
    seconds_until(lambda: busy.stored() == busy.feeds * FEED_ITEMS, FINISH_SECONDS)
    asked = visitors.between(began, time.monotonic())
    writes = [answer for answer in asked if answer.kind == "write"]
    bad = [answer for answer in asked if not answer.is_good]
    most = connection_limit(site)
    p99, p50 = percentile_ms(writes, 0.99), percentile_ms(writes, 0.5)
    said = log_lines(site)
    missing = visitors.lost()
    pages = [answer for answer in asked if answer.kind == "page"]
    words = [
        f"{len(asked)} answers, {len(asked) / minutes / 60:.1f} a second ({statuses(asked)}); "
        f"pages p95 {percentile_ms(pages, 0.95):.0f} ms",
        f"{len(writes)} writes: p50 {p50:.0f} ms, p99 {p99:.0f} ms (promised: 1000); "
        f"{len(visitors.acknowledged)} writes acknowledged, {len(missing)} lost",
        f"{busy.feeds} feeds of {FEED_ITEMS} papers, {busy.stored()} papers stored; "
        f"{busy.digests} rounds of {stage.readers()} digests, {busy.doubles} doubles",
        f"most connections at once: {watch.most} of {most}; deadlocks: {watch.deadlocks}",
    ]
    return Load(
        words,
        [
            *unless(not bad, f"P17: faults seen: {statuses(bad)} {bad[0].path if bad else ''}"),
            *unless(p99 < MOST_WRITE_MS, f"P17: p99 of writes {p99:.0f} ms"),
            *unless(watch.deadlocks == 0, f"P17: {watch.deadlocks} deadlocks (None: not counted)"),
            *unless(not said, f"P17: Postgres said: {said[:2]}"),
            *unless(is_over and not busy.missing, f"P2: {busy.missing} {dict(stage.states())}"),
            *unless(not busy.doubles, f"P1: {busy.doubles} doubles"),
            *unless(not missing, f"P17: {len(missing)} acknowledged writes lost"),
            *unless(
                busy.stored() == busy.feeds * FEED_ITEMS,
                f"P17: {busy.stored()} papers stored, waiting: {busy.waiting()}",
            ),
        ],
    )


def make_visitors(site: Site) -> Visitors:
    from accounts.models import User
    from papers.models import Paper

    papers = list(Paper.objects.order_by("pk").values_list("pk", flat=True)[:PAPERS_VOTED])
    cookies = cookies_of(min(READERS_THAT_ASK, User.objects.count()))
    return Visitors(site.port, cookies, papers, pages=2, readers=2, writers=4)


def connection_limit(site: Site) -> int:
    with connected(site) as asked:
        return _number(asked, "SHOW max_connections")


def log_lines(site: Site) -> list[str]:
    """What Postgres wrote of deadlocks and of connections that it had not."""
    log = (paths.servers_home(site.var) / "postgres.log").read_text(errors="replace")
    return [line for line in log.splitlines() if any(words in line for words in _REFUSED)]


@contextmanager
def all_connections_taken(site: Site) -> Iterator[int]:
    """Yield how many a stranger got: as many as the site's role may have."""
    with ExitStack() as stack:
        taken = 0
        with suppress(psycopg.OperationalError):
            while True:
                stack.enter_context(connected(site, paths.ROLE))
                taken += 1
        assert taken, "The stranger got no connection at all: nothing was taken away."
        yield taken


@contextmanager
def table_locked(site: Site) -> Iterator[str]:
    with connected(site, paths.ROLE) as stranger:
        stranger.execute("BEGIN; LOCK TABLE papers_paperstats IN ACCESS EXCLUSIVE MODE")
        yield "papers_paperstats"
        stranger.execute("ROLLBACK")


def play_stranger(site: Site, name: str, seconds: float) -> Load:
    """Connections or a table taken away for a while; new connections are needed meanwhile."""
    strangers = {"connections taken": all_connections_taken, "table locked": table_locked}
    visitors = make_visitors(site)
    connection.close()
    with visitors.visiting():
        time.sleep(5)
        struck = time.monotonic()
        with strangers[name](site) as what:
            time.sleep(seconds)
        returned = time.monotonic()
        time.sleep(RECOVERS_SECONDS * 1.5)
        recovered = visitors.recovery_seconds(returned)
    asked = visitors.between(struck, returned)
    unclear = [one for one in asked if not one.is_clear or one.status not in (*GOOD, 503)]
    longest = max((one.seconds for one in asked), default=0.0)
    missing = visitors.lost()
    words = (
        f"{name} ({what}) for {seconds:.0f} s: {statuses(asked)}, longest {longest:.1f} s, "
        f"recovered after {'never' if recovered is None else f'{recovered:.0f} s'}, "
        f"{len(visitors.acknowledged)} writes acknowledged, {len(missing)} lost"
    )
    print(words, flush=True)
    return Load(
        [words],
        [
            *unless(not unclear, f"{name}: unclear answers {statuses(unclear)}"),
            *unless(
                recovered is not None and recovered <= RECOVERS_SECONDS,
                f"{name}: not recovered in {RECOVERS_SECONDS:.0f} s",
            ),
            *unless(not missing, f"{name}: {len(missing)} acknowledged writes lost"),
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="a free one without it")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--readers", type=int, default=300)
    options = parser.parse_args()
    with open_postbox() as postbox:
        environment = site_environment(postbox) | {"WEB_PROCESSES": str(WEB_PROCESSES)}
        with started_site(options.port or free_port(), **environment) as site:
            stage = make_stage(site, postbox, options.readers)
            found = [play_load(site, stage, Busy(stage), options.minutes)]
            print("\n".join(found[0].words), flush=True)
            stranger = partial(play_stranger, site, seconds=options.seconds)
            found += [stranger(name) for name in ("connections taken", "table locked")]
    finish(
        [line for each in found for line in each.words],
        [line for each in found for line in each.broken],
    )


if __name__ == "__main__":
    main()
