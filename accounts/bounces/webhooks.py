"""What a provider tells by webhook of a mail of ours, in django-anymail's words.

It decides which events count and whose they are; the provider is believed, since anymail checks
the secret (ANYMAIL_WEBHOOK_SECRET) before it tells. Read more: anymail's docs, "Tracking status".
"""

import re
from datetime import datetime
from typing import Any

from django.db.models.functions import Lower

from accounts.bounces import reading
from accounts.bounces.addresses import hash_address
from accounts.bounces.meaning import is_about_address, is_status_of_address
from accounts.bounces.reading import Outcome
from accounts.bounces.refusals import note_complaint, note_refusal
from accounts.digest import ledger
from accounts.models import Bounce, Delivery, User

# Under this name a mail carries our Message-ID, where the provider gives it one of its own.
METADATA = "issue"
LONGEST_WORDS = 300

_REFUSED = {"bounced", "rejected"}
_OF_ADDRESS = {"bounced", "invalid"}
_REPLY_CODE = re.compile(r"\b[245]\d\d\b")
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


def connect() -> None:
    """Listen to anymail. Raises ImportError where the extra is not installed."""
    from anymail.signals import tracking  # it may be missing, and this module is imported anyway

    tracking.connect(receive, dispatch_uid="accounts.bounces.webhooks")


def receive(event: Any, esp_name: str, **_signal: Any) -> None:
    note_event(event, esp_name, ledger.database_now())


def note_event(event: Any, esp_name: str, now: datetime) -> Outcome:
    """Count an `AnymailTrackingEvent`; return what became of it.

    It is matched by our Message-ID, else by its recipient: the provider's own id stands for the
    message then, so that the same event counts once.
    """
    kind = _kind_of(event)
    if kind is None:
        return Outcome.NOTHING
    said = _said(event) or str(event.reject_reason or event.event_type)
    delivery = _find_issue(event, now)
    if delivery is not None:
        return reading.note(kind, delivery, said, now)
    reader = _find_reader(event.recipient or "")
    if reader is None:
        return Outcome.NOT_OURS
    message_id = f"{esp_name}:{event.message_id or event.event_id}"[:200]
    if kind == Bounce.Kind.COMPLAINT:
        told = note_complaint(reader, message_id, said, now)
        return Outcome.COMPLAINT if told else Outcome.AGAIN
    told = note_refusal(reader, message_id, said, now)
    return Outcome.REFUSED if told else Outcome.AGAIN


def _kind_of(event: Any) -> Bounce.Kind | None:
    if event.event_type == "complained":
        return Bounce.Kind.COMPLAINT
    is_refused = event.event_type in _REFUSED and event.reject_reason in _OF_ADDRESS
    return Bounce.Kind.REFUSED if is_refused and _is_hard(_said(event)) else None


def _is_hard(said: str) -> bool:
    """Whether the server's words, which may be missing, agree that it is the address's fault."""
    status, code = _STATUS.search(said), _REPLY_CODE.search(said)
    if status is not None:
        return is_status_of_address(status[0])
    return code is None or is_about_address(int(code[0]), said, at_recipient=True)


def _said(event: Any) -> str:
    text = str(event.mta_response or event.description or "").replace("\x00", " ")
    return " ".join(text.split())[:LONGEST_WORDS]


def _find_issue(event: Any, now: datetime) -> Delivery | None:
    for named in ((event.metadata or {}).get(METADATA), event.message_id):
        bare = str(named or "").strip("<>")
        delivery = reading.find_by_message_id(f"<{bare}>", now)
        if delivery is not None and _is_of(delivery.user, event.recipient):
            return delivery
    return None


def _is_of(user: User, recipient: str | None) -> bool:
    return not recipient or hash_address(recipient) == hash_address(user.email)


def _find_reader(recipient: str) -> User | None:
    found = User.objects.alias(address=Lower("email")).filter(address=recipient.lower())
    return found.first() if recipient else None
