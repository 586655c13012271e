"""Valkey killed, emptied, frozen, away and cut off, under load (RELIABILITY P13, P14), with a
site's processes.

    python -m tests.faults.broker_away [--port N] [--minutes 10] [--readers 100]

Visitors, readers and writers ask all the time, some for what a worker is told of at once
(following, "send now"), and in each fault the digests of all readers come due. Killed, Valkey comes
back by the supervisor; emptied, its queues are full of digests; frozen, it keeps its connections
and says nothing; away, it cannot be started for `--minutes`. Then sites whose Valkey is elsewhere:
one is started while it is not there, one is cut off from it by a proxy, after which the old
connections stay dumb. Exits 1 when a page was not answered, a digest came twice or never, or work
was not resumed within two minutes of its return.
"""

import argparse
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import redis
from django.db import connection

from config.servers import paths
from tests.faults.figures import Row, gather, report, unless
from tests.faults.postbox import open_postbox
from tests.faults.proxy import Proxy
from tests.faults.site_stage import (
    FINISH_SECONDS,
    RESUMES_SECONDS,
    Return,
    make_due,
    make_stage,
    site_environment,
    watch_return,
)
from tests.faults.visitors import Visitors, cookies_of, percentile_ms, statuses
from tests.faults.whole_site import (
    STARTING_SECONDS,
    VALKEY,
    Site,
    free_port,
    seconds_until,
    started_site,
)

if TYPE_CHECKING:
    from tests.faults.stage import Stage

PROMISES = (13, 14)
Found = tuple[Row, list[str]]
MOST_MS = 500.0
CALM_SECONDS = 20.0
FLOOD_SECONDS = 30.0
FROZEN_SECONDS = 60.0
HEAD = (
    *(
        "Valkey",
        "away s",
        "answers",
        "p95 ms",
        "longest",
        "p95 before",
        "p95 of nudges",
        "io resumed s",
        "cpu resumed s",
    ),
    *("ready again s", "digests", "doubles", "lost", "writes", "lost writes"),
)


@dataclass(frozen=True)
class Fault:
    """`strike` begins it and returns what ends it; the end is when Valkey can be had again."""

    name: str
    seconds: float
    strike: Callable[[Site], Callable[[], object]]


def kill(site: Site) -> Callable[[], object]:
    assert site.send(VALKEY, signal.SIGKILL)
    return lambda: None


def empty(site: Site) -> Callable[[], object]:
    redis.Redis(unix_socket_path=str(paths.valkey_socket(site.var))).flushall()
    return lambda: None


def freeze(site: Site) -> Callable[[], object]:
    assert site.send(VALKEY, signal.SIGSTOP)
    return lambda: site.send(VALKEY, signal.SIGCONT)


def take_away(site: Site) -> Callable[[], object]:
    """Its program is gone, so that the supervisor tries in vain, less and less often."""
    program = valkey_program(site.var)
    hidden = program.rename(program.with_name("hidden"))
    assert site.send(VALKEY, signal.SIGKILL)
    return lambda: hidden.rename(program)


def faults(minutes: float) -> tuple[Fault, ...]:
    return (
        Fault("killed", 0.0, kill),
        Fault("emptied", 0.0, empty),
        Fault("frozen", FROZEN_SECONDS, freeze),
        Fault("away", minutes * 60, take_away),
    )


def play(site: Site, stage: "Stage", fault: Fault) -> Found:
    visitors = Visitors(site.port, cookies_of(3), nudgers=1)
    with visitors.visiting():
        before = time.monotonic()
        time.sleep(CALM_SECONDS)
        make_due(stage)
        visitors.is_due.set()
        if fault.strike is empty:  # the nudge of the minute has put digests into the queue
            seconds_until(lambda: bool(stage.postbox.mails), 90)
        struck = time.monotonic()
        end = fault.strike(site)
        time.sleep(fault.seconds)
        end()
        found = watch_return(site, stage)
    return judge(fault, visitors, stage, (before, struck), found)


def judge(
    fault: Fault,
    visitors: Visitors,
    stage: "Stage",
    moments: tuple[float, float],
    found: Return,
) -> Found:
    before, struck = moments
    calm = percentile_ms(visitors.between(before, struck), 0.95)
    # At least half a minute: what waited and now floods the site counts too.
    asked = visitors.between(struck, found.at + max(found.ready or FINISH_SECONDS, FLOOD_SECONDS))
    p95, bad = percentile_ms(asked, 0.95), [one for one in asked if not one.is_good]
    longest = percentile_ms(asked, 1.0)
    nudges = percentile_ms([one for one in asked if one.kind == "nudge"], 0.95)
    doubles, lost, missing = stage.postbox.doubles(), stage.lost(), visitors.lost()
    resumed = [found.io, found.cpu]
    ended = "; ".join(f"{state}: {times}" for state, times in sorted(stage.states().items()))
    row = (
        *(fault.name, f"{fault.seconds:.0f}", statuses(asked), f"{p95:.0f}"),
        *(f"{longest:.0f}", f"{calm:.0f}", f"{nudges:.0f}"),
        *(_words(each) for each in (*resumed, found.ready)),
        *(ended, str(doubles), str(lost)),
        *(str(len(visitors.acknowledged)), str(len(missing))),
    )
    name = f"P13, {fault.name}"
    return row, [
        *unless(not bad, f"{name}: {statuses(bad)}, first {bad[0].path if bad else ''}"),
        *unless(p95 < MOST_MS, f"{name}: p95 {p95:.0f} ms ({calm:.0f} before)"),
        *unless(nudges < MOST_MS, f"{name}: p95 of nudges {nudges:.0f} ms"),
        *unless(
            all(each is not None and each <= RESUMES_SECONDS for each in resumed),
            f"{name}: work resumed after {_words(found.io)} (io), {_words(found.cpu)} (cpu) s",
        ),
        *unless(found.ready is not None, f"{name}: /readyz stayed red"),
        *unless(found.is_over and not lost, f"{name}: {ended}"),
        *unless(len(stage.postbox.mails) == stage.readers(), f"{name}: {ended} {reasons()}"),
        *unless(not doubles, f"{name}: {doubles} doubles"),
        *unless(not missing, f"{name}: {len(missing)} acknowledged writes lost"),
    ]


def reasons() -> set[str]:
    """Why issues ended otherwise than sent."""
    from accounts.models import Delivery

    return set(Delivery.objects.values_list("reason", flat=True)) - {""}


def _words(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.0f}"


def play_start(var: Path, port: int, stage: "Stage", environment: dict[str, str]) -> Found:
    """A site whose Valkey is elsewhere and not there when it starts."""
    valkey_port = free_port()
    with site_elsewhere(var, port, valkey_port, environment) as site:
        visitors = Visitors(port, cookies_of(3), nudgers=1)
        with visitors.visiting():
            struck = time.monotonic()
            make_due(stage)
            visitors.is_due.set()
            time.sleep(FROZEN_SECONDS)
            with valkey(var, "--port", str(valkey_port)):
                found = watch_return(site, stage)
        fault = Fault("not there at the start", FROZEN_SECONDS, kill)
        return judge(fault, visitors, stage, (struck, struck), found)


def play_cut_off(var: Path, port: int, stage: "Stage", environment: dict[str, str]) -> Found:
    """A firewall between a site and its Valkey drops everything for a while."""
    socket = var / "elsewhere.sock"
    proxy = Proxy(socket)

    def cut(_site: Site) -> Callable[[], object]:
        proxy.cut()
        return proxy.mend

    with (
        valkey(var, "--port", "0", "--unixsocket", str(socket)),
        site_elsewhere(var, port, proxy.port, environment) as site,
    ):
        site.wait_until_well()
        return play(site, stage, Fault("cut off", FROZEN_SECONDS, cut))


@contextmanager
def site_elsewhere(
    var: Path, port: int, valkey_port: int, environment: dict[str, str]
) -> Iterator[Site]:
    """The site in `var`, with a Valkey at that port, once its pages are answered."""
    elsewhere = {**environment, "REDIS_URL": f"redis://127.0.0.1:{valkey_port}/0"}
    site = Site(var, port, **elsewhere)
    try:
        came = seconds_until(lambda: site.ask("/")[0] == 200, STARTING_SECONDS)
        assert came is not None, "".join(site.lines)
        connection.close()  # that of the server before
        yield site
    finally:
        site.stop()


@contextmanager
def valkey(var: Path, *options: str) -> Iterator[None]:
    command = [str(valkey_program(var)), *options, "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/")
    try:
        yield
    finally:
        process.kill()
        process.wait()


def valkey_program(var: Path) -> Path:
    return paths.servers_home(var) / "valkey-programs" / "valkey-server"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="a free one without it")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--only", default="", help="some faults, such as frozen,start")
    options = parser.parse_args()
    options.port = options.port or free_port()
    only = options.only.split(",") if options.only else None
    wanted = [each for each in faults(options.minutes) if only is None or each.name in only]
    with open_postbox() as postbox:
        environment = site_environment(postbox)
        with started_site(options.port, **environment) as site:
            stage = make_stage(site, postbox, options.readers)
            rows, broken = gather(play(site, stage, fault) for fault in wanted)
            site.stop()
            elsewhere = {"start": play_start, "cut off": play_cut_off}
            more = gather(
                each(site.var, options.port, stage, environment)
                for name, each in elsewhere.items()
                if only is None or name in only
            )
            rows, broken = rows + more[0], broken + more[1]
    report(HEAD, rows, broken)


if __name__ == "__main__":
    main()
