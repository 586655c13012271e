"""From due rows to mail handed over: choose for all of a chunk, then one reader after another.

It decides the order of steps around the ledger and what an error means for the row; the rules
themselves are in choose.py, ledger.py and smtp.py. Twice at once it does no harm.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import gettext_noop as _

from accounts.bounces.refusals import note_refusal
from accounts.digest import failpoints, foot, gate, ledger, mail, schedule, stopping
from accounts.digest.choose import choose
from accounts.digest.in_hand import mail_in_hand
from accounts.digest.items import Choice, Item, items_of
from accounts.digest.ledger import Lease, LeaseLostError
from accounts.digest.near import NearFinder, find_near
from accounts.digest.readers import MARGIN
from accounts.digest.smtp import (
    NoAnswerError,
    RefusedError,
    Transport,
    TryLaterError,
    open_transport,
)
from accounts.models import Delivery, User

# The next issue counts papers as new from readers.MARGIN before this one was handed over.
CHOICE_LASTS = MARGIN / 2

logger = logging.getLogger(__name__)


def deliver(
    delivery_ids: Iterable[int],
    *,
    now: datetime,
    at: datetime | None = None,
    near: NearFinder = find_near,
) -> Counter[str]:
    """Send those of `delivery_ids` that are due; return how many ended in which state.

    `now` decides what is new to a reader; `at`, given in replays and tests only, stands in for
    the database's clock. Errors about one message are written in its row and harm no other;
    what is left undone by an exception, because the process is to stop, or because a slow server
    made the choice old, the tick finds again.
    """
    rows, outcomes = gate.open_for(ledger.waiting(delivery_ids, at), now, at)
    if not rows:
        return outcomes
    choices = _choices(rows, now, near)
    papers = mail.read_papers(item.paper for choice in choices.values() for item in choice.items)
    gaps = _unknown_before(rows)
    coverage = _coverage(rows, now)
    stale_at = time.monotonic() + CHOICE_LASTS.total_seconds()
    with open_transport() as transport, mail_in_hand():
        for row in rows:
            if stopping.is_asked() or time.monotonic() > stale_at:
                break
            gap = gaps.get(row.user_id)
            line = coverage[row.user.mail_language]
            work = _Work(row, choices.get(row.pk), papers, gap, line, now, at)
            outcomes[work.run(transport)] += 1
    return outcomes


class _Work:
    """One issue on its way through the ledger."""

    def __init__(
        self,
        delivery: Delivery,
        choice: Choice | None,
        papers: dict[int, mail.PaperText],
        gap: date | None,
        coverage: str,
        now: datetime,
        at: datetime | None,
    ) -> None:
        self.delivery, self.choice, self.papers = delivery, choice, papers
        self.gap, self.coverage = gap, coverage
        self.now, self.at = now, at

    def run(self, transport: Transport) -> str:
        lease = ledger.claim(self.delivery.pk, self.at, chosen_at=self.now)
        if lease is None:
            return "taken"
        failpoints.reach("claimed")
        if self.choice is None:
            return self._put_off(lease)
        items = [item for item in self.choice.items if item.paper in self.papers]
        if not items:
            return self._end_empty(lease, self.choice.why_nothing)
        try:
            with translation.override(self.delivery.user.mail_language):
                message = mail.build(
                    self.delivery, items, self.papers, gap=self.gap, coverage=self.coverage
                )
        except Exception:
            logger.exception("digest: issue %s cannot be rendered", self.delivery.pk)
            return self._put_off(lease)
        failpoints.reach("rendered")
        return self._hand_over(lease, message, items, transport)

    def _hand_over(
        self,
        lease: Lease,
        message: mail.DigestMessage,
        items: Sequence[Item],
        transport: Transport,
    ) -> str:
        kept = [item.as_json() for item in items]

        def before_dot() -> None:
            ledger.mark_sending(lease, items=kept, content_hash=message.content_hash, at=self.at)

        try:
            transport.send(message, before_dot)
        except LeaseLostError:
            return "taken"
        except TryLaterError as error:
            ledger.retry(lease, str(error), self.at)
            return "retry"
        except RefusedError as error:
            ledger.mark_failed(lease, str(error), items=kept, at=self.at)
            if error.of_address:
                note_refusal(self.delivery.user, self.delivery.message_id, error.said, self.at)
            return "failed"
        except NoAnswerError as error:
            ledger.mark_unknown(lease, str(error), self.at)
            return "unknown"
        failpoints.reach("answered")
        ledger.mark_sent(lease, self.at)
        return "sent"

    def _put_off(self, lease: Lease) -> str:
        ledger.retry(lease, _("The issue could not be prepared."), self.at)
        return "retry"

    def _end_empty(self, lease: Lease, why_nothing: str) -> str:
        why = why_nothing or _("The chosen papers were removed.")
        user = self.delivery.user
        day = self.delivery.local_date
        moment = schedule.moment_on(user, day) if user.wants_digest_on(day) else None
        if moment is not None and moment > self.now:
            # Asked for ahead of its hour: at that hour there may be something.
            ledger.postpone(lease, moment, why)
            return "postponed"
        ledger.mark_skipped(lease, why, self.at)
        return "skipped"


def _coverage(rows: Sequence[Delivery], now: datetime) -> dict[str, str]:
    """What the foot says of missing papers, by language: once for all who speak it."""
    lines = {}
    for language in {row.user.mail_language for row in rows}:
        with translation.override(language):
            lines[language] = foot.coverage_line(now)
    return lines


def _choices(rows: Sequence[Delivery], now: datetime, near: NearFinder) -> dict[int, Choice]:
    """Choose, by row. What was handed over once keeps its papers: it bears the same Message-ID."""
    chosen = _choose([row.user for row in rows if not row.items], now, near)
    found = {row.pk: chosen[row.user_id] for row in rows if row.user_id in chosen}
    return found | {row.pk: Choice(items_of(row.items)) for row in rows if row.items}


def _choose(users: Sequence[User], now: datetime, near: NearFinder) -> dict[int, Choice]:
    """Choose for all at once; where that fails, for each alone, without those it fails for."""
    try:
        return choose(users, now, near)
    except DatabaseError:
        raise
    except Exception:
        if len(users) == 1:
            logger.exception("digest: nothing can be chosen for reader %s", users[0].pk)
            return {}
    alone = [_choose([user], now, near) for user in users]
    return {user_id: choice for each in alone for user_id, choice in each.items()}


def _unknown_before(rows: Sequence[Delivery]) -> dict[int, date]:
    """The date of each reader's last issue, for those where nobody knows whether it arrived."""
    last: dict[int, Delivery] = {}
    earlier = Delivery.objects.filter(user__in={row.user_id for row in rows})
    for row in (
        earlier.that_reached_the_reader().order_by("user_id", "-local_date").distinct("user_id")
    ):
        last[row.user_id] = row
    return {
        user_id: row.local_date
        for user_id, row in last.items()
        if row.state == Delivery.State.UNKNOWN
    }
