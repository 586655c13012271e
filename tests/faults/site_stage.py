"""Readers with digests, and a mail server, for a whole site that is broken (whole_site.py)."""

from typing import TYPE_CHECKING

from tests.faults.postbox import Postbox
from tests.faults.whole_site import Site, use_database_of

if TYPE_CHECKING:
    from tests.faults.stage import Stage


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
