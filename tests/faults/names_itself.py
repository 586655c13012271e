"""A whole site in which one thing after another fails: who says so, and after how long.

    python -m tests.faults.names_itself [--port 8179] [--only PART]

A frozen process is alive and deaf: workers, the follower, Valkey and Postgres are stopped with
SIGSTOP. A mail server that refuses gets issues of five readers. Prints for each after how many
seconds /readyz, /metrics, one line of the log and, of mail, /status/ named it, and how long it took
until all was well again: by the supervisor alone (workers), after SIGCONT, or once the mail server
takes mails again, which is tried five minutes after it refused. Exits 1 where something was not
named within three minutes, or did not come back.
"""

import argparse
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.faults.figures import Row, gather, report, unless
from tests.faults.postbox import Postbox, open_postbox
from tests.faults.site_stage import make_due, make_stage
from tests.faults.whole_site import Site, seconds_until, started_site

PROMISES = (14, 46)
Found = tuple[Row, list[str]]
Heal = Callable[[], None]
HEAD = ("fault", "/readyz", "/metrics", "log", "/status/", "lines", "well again")
LONGEST_SECONDS = 180.0
# It is looked for a little longer than promised, to say how much too late it came.
SLACK_SECONDS = 60.0
# Five minutes until an issue is tried again, and a minute until the tick that finds it.
NEXT_TRY_SECONDS = 420.0
READERS = 5


@dataclass(frozen=True)
class Fault:
    """`begin` makes `part` not well and returns what ends that; `on_status` is read by visitors."""

    name: str
    part: str
    begin: Callable[[Site], Heal]
    on_status: str = ""
    well_within: float = LONGEST_SECONDS


def faults(postbox: Postbox) -> tuple[Fault, ...]:
    worker = ("celery", "worker", "--queues=io")
    refuse = partial(refuse_mail, postbox)
    said = "Digests do not go out at the moment."
    return (
        # Its supervisor ends it and starts another.
        Fault("worker deaf", "worker-io", partial(freeze, worker, is_woken=False)),
        Fault("follower frozen", "search", partial(freeze, ("manage.py", "follow"))),
        Fault("Valkey frozen", "broker", partial(freeze, ("valkey-server",))),
        Fault("Postgres frozen", "database", partial(freeze, ("postgres",))),
        Fault("mail refused", "mail", refuse, said, well_within=NEXT_TRY_SECONDS),
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


def play(site: Site, fault: Fault) -> Found:
    alerts = site.alerts(fault.part)
    heal = fault.begin(site)
    seconds = seconds_until_named(site, fault, alerts)
    heal()
    healed = seconds_until(lambda: site.not_well() == set(), fault.well_within)
    lines = site.alerts(fault.part) - alerts
    named = (_words(seconds[name]) if name in seconds else "-" for name in HEAD[1:5])
    return (fault.name, *named, str(lines), _words(healed)), [
        *(
            f"P46, {fault.name}: {name} named it after {_words(after)}"
            for name, after in seconds.items()
            if after is None or after > LONGEST_SECONDS
        ),
        *unless(lines == 1, f"P46, {fault.name}: {lines} lines in the log"),
        *unless(healed is not None, f"P46, {fault.name}: not well again"),
    ]


def seconds_until_named(site: Site, fault: Fault, alerts: int) -> dict[str, float | None]:
    """Return when each place named it; `alerts` are the lines of the log before."""
    began = time.monotonic()
    looks: dict[str, Callable[[], bool]] = {
        "/readyz": lambda: fault.part in (site.not_well() or ()),
        "/metrics": lambda: site.metrics_name(fault.part),
        "log": lambda: site.alerts(fault.part) > alerts,
    }
    if fault.on_status:
        looks["/status/"] = lambda: fault.on_status in site.ask("/status/")[1]
    seconds: dict[str, float | None] = dict.fromkeys(looks)
    while time.monotonic() - began < LONGEST_SECONDS + SLACK_SECONDS and None in seconds.values():
        for name, is_named in looks.items():
            if seconds[name] is None and is_named():
                seconds[name] = time.monotonic() - began
        time.sleep(1)
    return seconds


def _words(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.0f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8179)
    parts = [fault.part for fault in faults(Postbox())]
    parser.add_argument("--only", choices=parts, help="the part of one fault")
    options = parser.parse_args()
    with (
        open_postbox() as postbox,
        started_site(options.port, EMAIL_URL=f"smtp://127.0.0.1:{postbox.port}") as site,
    ):
        wanted = [fault for fault in faults(postbox) if options.only in (None, fault.part)]
        rows, broken = gather(play(site, fault) for fault in wanted)
    report(HEAD, rows, broken)


if __name__ == "__main__":
    main()
