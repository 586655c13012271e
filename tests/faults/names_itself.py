"""A whole site in which one thing after another fails: who says so, and after how long.

    python -m tests.faults.names_itself [--port 8179] [--only NAME,NAME]

A frozen process is alive and deaf: workers, beat, the follower, Valkey and Postgres are stopped
with SIGSTOP; worker-cpu, which may be busy for ten minutes, in a site of its own meanwhile. Another
user takes all connections of Postgres. An answer of a source is left as by a worker that it killed
three times (poison.py kills them). A mail server that refuses gets issues of five readers. (A full
disk: disk_full.py.) Prints for each after how many seconds /readyz, /metrics, one line of the log
and /status/ named it, where they have to, and how long it took until all was well again: by the
supervisor alone (workers, beat), once it was ended, or once the mail server takes mails again,
which is tried five minutes after it refused. Exits 1 where something was not named within three
minutes (worker-cpu: eleven), or did not come back.
"""

import argparse
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import psycopg
from django.db import connection

from config.servers import paths
from config.servers.postgres import SUPERUSER
from papers.queues import SILENT_AFTER
from tests.faults.figures import Row, gather, report, unless
from tests.faults.postbox import Postbox, open_postbox
from tests.faults.site_stage import make_due, make_stage
from tests.faults.whole_site import Site, free_port, seconds_until, started_site, use_database_of

PROMISES = (14, 46)
Found = tuple[Row, list[str]]
Heal = Callable[[], object]
Looks = dict[str, Callable[[], bool]]
HEAD = ("fault", "/readyz", "/metrics", "log", "/status/", "lines", "well again")
LONGEST_SECONDS = 180.0
# What is silent for so long is deaf; a minute for two looks at it.
LONGEST_CPU_SECONDS = SILENT_AFTER["cpu"].total_seconds() + 60.0
# It is looked for a little longer than promised, to say how much too late it came.
SLACK_SECONDS = 60.0
# Five minutes until an issue is tried again, and a minute until the tick that finds it.
NEXT_TRY_SECONDS = 420.0
READERS = 5


@dataclass(frozen=True)
class Fault:
    """`begin` makes `part` not well and returns what ends that; `on_status` is read by visitors.

    `line` and `metric` name it in the log, by words of one line, and in /metrics, where the alert
    and the gauge of the part do not.
    """

    name: str
    part: str
    begin: Callable[[Site], Heal]
    on_status: str = ""
    line: tuple[str, ...] = ()
    metric: str = ""
    named_within: float = LONGEST_SECONDS
    well_within: float = LONGEST_SECONDS

    def lines(self, site: Site) -> int:
        return site.lines_with(*self.line) if self.line else site.alerts(self.part)

    def looks(self, site: Site) -> Looks:
        """Where it has to be named, by the heads of the table."""
        before, status = self.lines(site), self.on_status
        looks = looks_at_part(site, self.part) if self.part else {}
        looks["log"] = lambda: self.lines(site) > before
        if self.metric:
            looks["/metrics"] = lambda: self.metric in site.ask("/metrics")[1]
        if status:
            looks["/status/"] = lambda: status in site.ask("/status/")[1]
        return looks


def looks_at_part(site: Site, part: str) -> Looks:
    before = site.alerts(part)
    return {
        "/readyz": lambda: part in (site.not_well() or ()),
        "/metrics": lambda: site.metrics_name(part),
        "log": lambda: site.alerts(part) > before,
    }


def faults(postbox: Postbox) -> tuple[Fault, ...]:
    refuse = partial(refuse_mail, postbox)
    said = "Digests do not go out at the moment."
    parked = "1 answer could not be stored"
    return (
        # Its supervisor ends it and starts another.
        Fault("worker deaf", "worker-io", partial(freeze, worker("io"), is_woken=False)),
        # The part says that no task was done; why, the supervisor.
        Fault(
            "beat deaf",
            "worker-io",
            partial(freeze, ("celery", "beat"), is_woken=False),
            line=("beat sent no task",),
        ),
        Fault("follower frozen", "search", partial(freeze, ("manage.py", "follow"))),
        Fault("Valkey frozen", "broker", partial(freeze, ("valkey-server",))),
        Fault("Postgres frozen", "database", partial(freeze, ("postgres",))),
        Fault(
            "connections exhausted",
            "database",
            take_connections,
            line=("| database is not well", "too many clients"),
        ),
        # All else goes on: no part is red for it.
        Fault(
            "poison parked",
            "",
            leave_poison,
            parked,
            line=("could not be stored: it stopped its worker 3 times",),
            metric="broadsheet_documents_parked 1.0",
        ),
        Fault("mail refused", "mail", refuse, said, well_within=NEXT_TRY_SECONDS),
    )


def worker(queue: str) -> tuple[str, ...]:
    return ("celery", "worker", f"--queues={queue}")


CPU_DEAF = Fault(
    "worker-cpu deaf",
    "worker-cpu",
    lambda site: freeze(worker("cpu"), site, is_woken=False),
    named_within=LONGEST_CPU_SECONDS,
)


def freeze(words: tuple[str, ...], site: Site, *, is_woken: bool = True) -> Heal:
    """Stop every process whose command line holds `words`."""
    frozen = site.send(words, signal.SIGSTOP)
    assert frozen, f"No process with {words}"

    def wake() -> None:
        for pid in frozen if is_woken else ():
            os.kill(pid, signal.SIGCONT)

    return wake


def refuse_mail(postbox: Postbox, site: Site) -> Heal:
    """Make issues due while the mail server refuses each message, for the moment."""
    postbox.answers = {b"MAIL": b"451 4.3.0 try later"}
    make_due(make_stage(site, postbox, READERS))
    return postbox.answers.clear


def take_connections(site: Site) -> Heal:
    """Open connections as another user, those kept for administrators too, as long as it lasts."""
    is_over = threading.Event()
    host = str(paths.postgres_socket_directory(site.var))
    taken: list[psycopg.Connection[object]] = []

    def take() -> None:
        while not is_over.wait(0.2):
            try:
                while True:
                    taken.append(psycopg.connect(host=host, user=SUPERUSER, dbname=SUPERUSER))
            except psycopg.OperationalError:
                continue  # none is left; of those that end later, each is taken too

    def give_back() -> None:
        is_over.set()
        taking.join()
        for one in taken:
            one.close()

    taking = threading.Thread(target=take)
    taking.start()
    return give_back


def leave_poison(site: Site) -> Heal:
    """Leave an answer behind as the third worker did that it killed."""
    use_database_of(site.var)
    from django.utils import timezone

    from papers import documents
    from papers.models import FetchedDocument, Source

    now = timezone.now()
    source = Source.objects.create(
        kind=Source.Kind.SYNDICATION, key="http://127.0.0.1:9/poison", is_active=False
    )
    FetchedDocument.objects.create(
        source=source,
        body=b"POISON",
        for_day=now.date(),
        fetched_at=now,
        attempts=documents.ATTEMPTS,
        leased_until=now,
    )
    connection.close()
    return source.delete


def play(site: Site, fault: Fault) -> Found:
    looks, lines = fault.looks(site), fault.lines(site)
    heal = fault.begin(site)
    try:
        seconds = seconds_until_named(looks, fault.named_within + SLACK_SECONDS)
    finally:
        heal()
    healed = seconds_until(lambda: site.not_well() == set(), fault.well_within)
    lines = fault.lines(site) - lines
    seconds_until(site.has_said_that_all_is_well, LONGEST_SECONDS)
    named = (_words(seconds[name]) if name in seconds else "-" for name in HEAD[1:5])
    return (fault.name, *named, str(lines), _words(healed)), [
        *(
            f"P46, {fault.name}: {name} named it after {_words(after)}"
            for name, after in seconds.items()
            if after is None or after > fault.named_within
        ),
        *unless(lines == 1, f"P46, {fault.name}: {lines} lines in the log"),
        *unless(healed is not None, f"P46, {fault.name}: not well again"),
    ]


def seconds_until_named(looks: Looks, most: float) -> dict[str, float | None]:
    """Return when each place named it, None where it did not in that time."""
    began = time.monotonic()
    seconds: dict[str, float | None] = dict.fromkeys(looks)
    while time.monotonic() - began < most and None in seconds.values():
        for name, is_named in looks.items():
            if seconds[name] is None and is_named():
                seconds[name] = time.monotonic() - began
        time.sleep(1)
    return seconds


def _words(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.0f} s"


def play_alone(fault: Fault) -> Found:
    """In a site of its own, beside the others."""
    with started_site(free_port()) as site:
        return play(site, fault)


def play_all(wanted: list[Fault], postbox: Postbox, port: int) -> Iterator[Found]:
    others = [fault for fault in wanted if fault != CPU_DEAF]
    with ThreadPoolExecutor(1) as pool:
        alone = [pool.submit(play_alone, fault) for fault in wanted if fault == CPU_DEAF]
        if others:
            with started_site(port, EMAIL_URL=f"smtp://127.0.0.1:{postbox.port}") as site:
                yield from (play(site, fault) for fault in others)
        yield from (one.result() for one in alone)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8179)
    parser.add_argument("--only", default="", help="some faults, such as 'worker deaf,beat deaf'")
    options = parser.parse_args()
    with open_postbox() as postbox:
        known = [*faults(postbox), CPU_DEAF]
        only = options.only.split(",") if options.only else [fault.name for fault in known]
        if unknown := set(only) - {fault.name for fault in known}:
            parser.error(f"There is no fault {', '.join(sorted(unknown))}.")
        wanted = [fault for fault in known if fault.name in only]
        rows, broken = gather(play_all(wanted, postbox, options.port))
    report(HEAD, rows, broken)


if __name__ == "__main__":
    main()
