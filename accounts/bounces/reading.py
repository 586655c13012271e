"""From mails that came back to refusals and complaints of readers.

It decides whether a report is about an issue of ours and still of its reader's address. A mail
that names none changes nothing. Whoever forges one needs the token of its envelope, or its
Message-ID and the reader's address: a Message-ID travels on in what its reader answers or forwards.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum

from django.utils.translation import gettext_noop as _

from accounts.bounces import verp
from accounts.bounces.addresses import hash_address
from accounts.bounces.refusals import note_complaint, note_refusal
from accounts.bounces.reports import Report, parse
from accounts.digest import ledger
from accounts.models import Bounce, Delivery

# Before refusals are forgotten (refusals.KEPT): a box that is read again must not count anew.
TELLS_FOR = timedelta(days=60)


class Outcome(Enum):
    """What became of one mail; the value is how a line of numbers says it."""

    REFUSED = "refused"
    COMPLAINT = "reported as unwanted"
    AGAIN = "told before"
    NOT_OURS = "of no issue of ours"
    NOTHING = "passed over"


def read(mails: Iterable[bytes], at: datetime | None = None) -> Counter[Outcome]:
    """Count what `mails` report; return how many had which outcome. Raises database errors only."""
    return Counter(read_one(raw, at) for raw in mails)


def in_words(counted: Counter[Outcome]) -> str:
    """Return the numbers as one line: `3 read: 1 refused, 2 passed over.`"""
    parts = [f"{counted[outcome]} {outcome.value}" for outcome in Outcome if counted[outcome]]
    return f"{counted.total()} read" + (f": {', '.join(parts)}." if parts else ".")


def read_one(raw: bytes, at: datetime | None = None) -> Outcome:
    report = parse(raw)
    if report is None:
        return Outcome.NOTHING
    now = at or ledger.database_now()
    delivery = find_issue(report, now)
    if delivery is None:
        return Outcome.NOT_OURS
    return note(report.kind, delivery, report.said, now)


def note(kind: Bounce.Kind, delivery: Delivery, said: str, now: datetime) -> Outcome:
    """Count a report about an issue, and say on its line that it came back."""
    if kind == Bounce.Kind.COMPLAINT:
        told = note_complaint(delivery.user, delivery.message_id, said, now)
        return Outcome.COMPLAINT if told else Outcome.AGAIN
    if not note_refusal(delivery.user, delivery.message_id, said, now):
        return Outcome.AGAIN
    ledger.note_came_back(delivery.pk, _("It came back (the server said: %s).") % said)
    return Outcome.REFUSED


def find_issue(report: Report, now: datetime) -> Delivery | None:
    """Return the issue that a report is about; None when it names none, or one of an address that
    its reader left since, or an old one."""
    for address in report.envelope:
        delivery = verp.find_delivery(address)
        if delivery is not None:
            is_reader = not report.recipient or _is_of_reader(report.recipient, delivery)
            return delivery if is_reader and _still_tells(delivery, now) else None
    delivery = find_by_message_id(report.message_id, now)
    if delivery is None or not report.to:
        return None
    return delivery if _is_of_reader(report.to, delivery) else None


def _is_of_reader(address: str, delivery: Delivery) -> bool:
    return hash_address(address) == hash_address(delivery.user.email)


def find_by_message_id(message_id: str, now: datetime) -> Delivery | None:
    rows = Delivery.objects.select_related("user").filter(message_id=message_id)
    delivery = rows.first() if message_id else None
    return delivery if delivery is not None and _still_tells(delivery, now) else None


def _still_tells(delivery: Delivery, now: datetime) -> bool:
    return delivery.due_at > now - TELLS_FOR
