"""A whole site in which one process after another is frozen: who says so, and after how long.

    python -m tests.faults.names_itself [--port 8179]

A frozen process is alive and deaf: workers, the follower, Valkey and Postgres are stopped with
SIGSTOP. Prints for each after how many seconds /readyz, /metrics and one line of the log named it,
and how long it took until all was well again, by the supervisor alone (workers) or after SIGCONT.
Exits 1 where something was not named within three minutes, or did not come back.
"""

import argparse
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.figures import Row, gather, report, unless
from tests.faults.whole_site import Site, seconds_until, started_site

PROMISES = (14, 46)
Found = tuple[Row, list[str]]
LONGEST_SECONDS = 180.0
# It is looked for a little longer than promised, to say how much too late it came.
SLACK_SECONDS = 60.0


@dataclass(frozen=True)
class Fault:
    """Freezing every process whose command line holds `words` makes `part` not well."""

    name: str
    words: tuple[str, ...]
    part: str
    heals_itself: bool = False


FAULTS = (
    Fault("worker deaf", ("celery", "worker", "--queues=io"), "worker-io", heals_itself=True),
    Fault("follower frozen", ("manage.py", "follow"), "search"),
    Fault("Valkey frozen", ("valkey-server",), "broker"),
    Fault("Postgres frozen", ("postgres",), "database"),
)


def play(site: Site, fault: Fault) -> Found:
    frozen = site.processes(fault.words)
    assert frozen, f"No process for {fault.name}"
    alerts = site.alerts(fault.part)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    looks: dict[str, Callable[[], bool]] = {
        "ready": lambda: fault.part in (site.not_well() or ()),
        "metrics": lambda: site.metrics_name(fault.part),
        "alert": lambda: site.alerts(fault.part) > alerts,
    }
    seconds: dict[str, float | None] = dict.fromkeys(looks)
    while time.monotonic() - began < LONGEST_SECONDS + SLACK_SECONDS and None in seconds.values():
        for name, is_named in looks.items():
            if seconds[name] is None and is_named():
                seconds[name] = time.monotonic() - began
        time.sleep(1)
    if not fault.heals_itself:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    healed = seconds_until(lambda: site.not_well() == set(), LONGEST_SECONDS)
    lines = site.alerts(fault.part) - alerts
    row = (fault.name, *(_words(seconds[name]) for name in looks), str(lines), _words(healed))
    return row, [
        *(
            f"P46, {fault.name}: {name} named it after {_words(after)}"
            for name, after in seconds.items()
            if after is None or after > LONGEST_SECONDS
        ),
        *unless(lines == 1, f"P46, {fault.name}: {lines} lines in the log"),
        *unless(healed is not None, f"P46, {fault.name}: not well again"),
    ]


def _words(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.0f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8179)
    parser.add_argument("--only", default="", help="the part of one fault, such as search")
    options = parser.parse_args()
    wanted = [fault for fault in FAULTS if options.only in ("", fault.part)]
    with started_site(options.port) as site:
        rows, broken = gather(play(site, fault) for fault in wanted)
    report(
        ("fault", "/readyz", "/metrics", "log", "lines", "well again"),
        rows,
        broken,
    )


if __name__ == "__main__":
    main()
