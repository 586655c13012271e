"""Readers with digests, and a mail server, for a whole site that is broken (whole_site.py)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import Error, connection

from tests.faults.postbox import Postbox
from tests.faults.whole_site import Site, seconds_until, use_database_of

if TYPE_CHECKING:
    from tests.faults.stage import Stage

# A lease runs out after two minutes, and the next nudge comes within one.
FINISH_SECONDS = 420.0
# So soon after what a site needs is back do its workers work, with nobody's help (P13, P16).
RESUMES_SECONDS = 120.0


@dataclass(frozen=True)
class End:
    """`ready`: seconds until /readyz was green, None where it stayed red and named `red`."""

    ready: float | None
    red: set[str] | None
    is_over: bool


def await_end(site: Site, stage: "Stage") -> End:
    """Wait until the site is well and every digest is out, after a fault of its database."""
    ready = seconds_until(lambda: site.not_well() == set(), FINISH_SECONDS)
    red = site.not_well() if ready is None else None
    connection.close()  # it may be one of those that the fault broke
    return End(ready, red, seconds_until(stage.is_over, FINISH_SECONDS) is not None)


@dataclass(frozen=True)
class Return:
    """Seconds after the return, None for what did not come; `at` by the monotonic clock.

    `red` is what /readyz named last.
    """

    at: float
    io: float | None
    cpu: float | None
    ready: float | None
    red: set[str]
    is_over: bool

    def after(self) -> dict[str, float | None]:
        """What had to come within RESUMES_SECONDS, in words."""
        return {"io worked": self.io, "cpu worked": self.cpu, "/readyz green": self.ready}


def watch_return(site: Site, stage: "Stage") -> Return:
    """Wait until both queues are worked, the site is well and every digest is out."""
    at, moment, red = time.monotonic(), datetime.now(UTC), set[str]()

    def is_well() -> bool:
        nonlocal red
        found = site.not_well()
        red = found or red
        return found == set()

    seconds: dict[str, float | None] = dict.fromkeys(("io", "cpu", "ready"))
    looks: dict[str, Callable[[], bool]] = {
        "io": lambda: _has_beaten("io", moment),
        "cpu": lambda: _has_beaten("cpu", moment),
        "ready": is_well,
    }
    is_over = False
    while time.monotonic() < at + FINISH_SECONDS and (None in seconds.values() or not is_over):
        for name, is_so in looks.items():
            if seconds[name] is None and _can_be_read(is_so):
                seconds[name] = time.monotonic() - at
        is_over = is_over or _can_be_read(stage.is_over)
        time.sleep(0.5)
    return Return(at, seconds["io"], seconds["cpu"], seconds["ready"], red, is_over)


def _has_beaten(queue: str, since: datetime) -> bool:
    from papers.models import Heartbeat

    return Heartbeat.objects.filter(queue=queue, beat_at__gt=since).exists()


def _can_be_read(is_so: Callable[[], bool]) -> bool:
    """Whether it is so, as far as the database can be had already."""
    try:
        return is_so()
    except Error:
        connection.close()
        return False


def site_environment(postbox: Postbox) -> dict[str, str]:
    """What a site is started with: sample papers, mail to the postbox, no limits."""
    mail = f"smtp://127.0.0.1:{postbox.port}"
    return {"EMAIL_URL": mail, "SAMPLE": "1", "LIMITS_TIMES": "100000"}


def make_stage(site: Site, postbox: Postbox, readers: int) -> "Stage":
    """Make the readers of a site that runs, and set Django up for its database."""
    use_database_of(site.var)
    from tests.faults.stage import Stage
    from tests.faults.workers import Crew

    # No processes beside the site's own.
    stage = Stage(Crew(site.var, {}, ""), postbox)
    stage.fill(readers)
    return stage


def make_due(stage: "Stage") -> None:
    """All issues are forgotten and the next are due now."""
    from accounts.digest import ledger
    from accounts.models import Delivery, User

    Delivery.objects.all().delete()
    User.objects.update(next_due_at=ledger.database_now())
    stage.postbox.forget()
