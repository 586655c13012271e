"""Readers with digests, and a mail server, for a whole site that is broken (whole_site.py)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from tests.faults.postbox import Postbox
from tests.faults.whole_site import Site, seconds_until, use_database_of

if TYPE_CHECKING:
    from tests.faults.stage import Stage

# A lease runs out after two minutes, and the next nudge comes within one.
FINISH_SECONDS = 420.0


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
