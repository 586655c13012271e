"""Postgres killed, frozen, stopped and cut off, under load (RELIABILITY P16).

    python -m tests.faults.database_away [--port N] [--seconds 60] [--minutes 2] [--readers 100]

Visitors, readers and writers ask all the time, and in each fault the digests of all readers come
due. Killed with SIGKILL, every process of Postgres, and frozen for `--seconds`: by a site with its
private server. Stopped for `--minutes`, and cut off by a proxy for `--seconds`, after which old
connections stay dumb: by a site whose Postgres is another's, over TCP. Exits 1 when somebody got
anything but a page or a 503 in words with Retry-After, when a write that was acknowledged or a
digest is lost, when it took more than 30 s until all was answered again, or more than two minutes
until a task of each queue was done and /readyz was green.
"""

import argparse
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection

from config.servers import paths
from config.servers.private import Servers, Wanted
from config.servers.processes import Guardian
from tests.faults.figures import Row, gather, report, unless
from tests.faults.postbox import Postbox, open_postbox
from tests.faults.proxy import Proxy
from tests.faults.site_stage import (
    RESUMES_SECONDS,
    Return,
    make_due,
    make_stage,
    site_environment,
    watch_return,
)
from tests.faults.visitors import GOOD, Answer, Visitors, cookies_of, statuses
from tests.faults.whole_site import POSTGRES, Site, free_port, new_folder, seconds_until, site_in

if TYPE_CHECKING:
    from tests.faults.stage import Stage

PROMISES = (16,)
RECOVERS_SECONDS = 30.0
CALM_SECONDS = 15.0
WATCH_SECONDS = 60.0
HEAD = (
    *("Postgres", "away s", "answers meanwhile", "longest s", "/readyz named it s", "recovered s"),
    *("io resumed s", "cpu resumed s", "ready again s", "last red"),
    *("sent", "unknown", "doubles", "lost", "writes", "lost writes"),
)
Found = tuple[Row, list[str]]


@dataclass(frozen=True)
class Fault:
    """`strike` begins it and returns what ends it; the end is when Postgres can be had again."""

    name: str
    seconds: float
    strike: Callable[[], Callable[[], object]]


def private_faults(site: Site, seconds: float) -> Iterator[Fault]:
    def kill() -> Callable[[], object]:
        assert site.send(POSTGRES, signal.SIGKILL)
        return lambda: None

    def freeze() -> Callable[[], object]:
        frozen = site.send(POSTGRES, signal.SIGSTOP)
        assert frozen
        return lambda: wake(frozen)

    yield Fault("killed", 0.0, kill)
    yield Fault("frozen", seconds, freeze)


def wake(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def distant_faults(
    servers: Servers, proxy: Proxy, seconds: float, minutes: float
) -> Iterator[Fault]:
    def stop() -> Callable[[], object]:
        assert servers.postgres is not None
        servers.postgres.ask_to_stop()
        assert servers.postgres.wait(30)
        servers.postgres.kill()
        return servers.start_postgres

    def cut() -> Callable[[], object]:
        proxy.cut()
        return proxy.mend

    yield Fault("stopped", minutes * 60, stop)
    yield Fault("cut off", seconds, cut)


def play(site: Site, stage: "Stage", fault: Fault) -> Found:
    visitors = Visitors(site.port, cookies_of(3))
    with visitors.visiting():
        time.sleep(CALM_SECONDS)
        make_due(stage)
        # Some of the digests are in hand when it strikes.
        seconds_until(lambda: bool(stage.postbox.mails), 75)
        connection.close()
        struck = time.monotonic()
        end = fault.strike()
        named = seconds_until(
            lambda: "database" in (site.not_well() or ()), max(fault.seconds, RECOVERS_SECONDS)
        )
        time.sleep(max(0.0, struck + fault.seconds - time.monotonic()))
        end()
        # What is killed can be had again at once, as far as it is up to the fault.
        returned = time.monotonic() if fault.seconds else struck
        found = watch_return(site, stage)
        time.sleep(max(0.0, returned + WATCH_SECONDS - time.monotonic()))
        recovered = visitors.recovery_seconds(returned)
    moments = (struck, returned + (recovered or 0.0) + 0.001)
    asked = visitors.between(*moments)
    return judge(fault, visitors, stage, asked, (named, recovered), found)


def judge(
    fault: Fault,
    visitors: Visitors,
    stage: "Stage",
    asked: list[Answer],
    seconds: tuple[float | None, float | None],
    found: Return,
) -> Found:
    named, recovered = seconds
    longest = max((answer.seconds for answer in asked), default=0.0)
    unclear = [one for one in asked if not one.is_clear or one.status not in (*GOOD, 503)]
    states, doubles, lost = stage.states(), stage.postbox.doubles(), stage.not_sent()
    missing = visitors.lost()
    row = (
        *(fault.name, f"{fault.seconds:.0f}", statuses(asked), f"{longest:.1f}"),
        *(_words(each) for each in (named, recovered, found.io, found.cpu, found.ready)),
        ", ".join(sorted(found.red)) or "-",
        *(f"{states['sent']} of {stage.readers()}", str(states["unknown"])),
        *(str(doubles), str(lost), str(len(visitors.acknowledged)), str(len(missing))),
    )
    name = f"P16, {fault.name}"
    return row, [
        *unless(not unclear, f"{name}: unclear answers {statuses(unclear)}"),
        *unless(
            recovered is not None and recovered <= RECOVERS_SECONDS,
            f"{name}: recovered after {_words(recovered)} s",
        ),
        *unless(named is not None or not fault.seconds, f"{name}: /readyz did not name it"),
        *(
            f"{name}: {what} after {_words(after)} s"
            for what, after in found.after().items()
            if after is None or after > RESUMES_SECONDS
        ),
        *unless(found.is_over and not lost, f"{name}: {dict(states)}"),
        *unless(not doubles, f"{name}: {doubles} doubles"),
        *unless(not missing, f"{name}: {len(missing)} acknowledged writes lost"),
        *unless(not stage.sent_but_not_taken(), f"{name}: sent was never taken"),
    ]


def _words(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.0f}"


@contextmanager
def distant_site(
    folder: Path, port: int, postbox: Postbox
) -> Iterator[tuple[Site, Servers, Proxy]]:
    """A site whose Postgres is this process's child and is asked over TCP."""
    guardian = Guardian()
    servers = Servers(folder, guardian, lambda name, text: None)
    try:
        servers.start(Wanted(postgres=True, valkey=False))
        proxy = Proxy(paths.postgres_socket_directory(folder) / ".s.PGSQL.5432")
        address = f"postgres://{paths.ROLE}@127.0.0.1:{proxy.port}/{paths.DATABASE}"
        environment = site_environment(postbox) | {"DATABASE_URL": address}
        with site_in(folder, port, **environment) as site:
            yield site, servers, proxy
    finally:
        servers.stop()
        guardian.close()


class Plays:
    """One folder, database and readers for both sites, since this process is set up for one."""

    def __init__(self, folder: Path, postbox: Postbox, options: argparse.Namespace) -> None:
        self.folder, self.postbox, self.options = folder, postbox, options
        self._stage: Stage | None = None

    def private(self) -> tuple[list[Row], list[str]]:
        with site_in(self.folder, self.options.port, **site_environment(self.postbox)) as site:
            return self._gather(site, private_faults(site, self.options.seconds))

    def distant(self) -> tuple[list[Row], list[str]]:
        seconds, minutes = self.options.seconds, self.options.minutes
        with distant_site(self.folder, self.options.port, self.postbox) as (site, servers, proxy):
            return self._gather(site, distant_faults(servers, proxy, seconds, minutes))

    def _gather(self, site: Site, faults: Iterator[Fault]) -> tuple[list[Row], list[str]]:
        stage = self._stage or make_stage(site, self.postbox, self.options.readers)
        self._stage = stage
        wanted = (fault for fault in faults if is_wanted(self.options, fault))
        try:
            return gather(play(site, stage, fault) for fault in wanted)
        finally:
            connection.close()  # this site's Postgres ends


def is_wanted(options: argparse.Namespace, fault: Fault) -> bool:
    return not options.only or fault.name in options.only.split(",")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="a free one without it")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--only", default="", help="some faults, such as killed,frozen")
    options = parser.parse_args()
    options.port = options.port or free_port()
    rows: list[Row] = []
    broken: list[str] = []
    with open_postbox() as postbox, new_folder() as folder:
        plays = Plays(folder, postbox, options)
        private, distant = ("killed", "frozen"), ("stopped", "cut off")
        for play_all, names in ((plays.private, private), (plays.distant, distant)):
            if not options.only or set(names) & set(options.only.split(",")):
                found = play_all()
                rows, broken = rows + found[0], broken + found[1]
    report(HEAD, rows, broken)


if __name__ == "__main__":
    main()
