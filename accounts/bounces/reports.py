"""What a mail that came back says: a delivery status report, a complaint, or nothing we count.

It reads bytes that anybody may have sent and raises nothing: what is broken says nothing. Whether
a report is about a mail of ours is decided in reading.py.
Read more: RFC 3464 (delivery status), RFC 5965 (complaints, "ARF"), RFC 6522 (multipart/report).
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import Compat32
from email.utils import parseaddr

from accounts.bounces.meaning import is_about_address, is_status_of_address
from accounts.models import Bounce

# What is nested to be slow takes 3 s at this size.
MOST_BYTES = 250_000
MOST_PARTS = 10
MOST_RECIPIENTS = 20
LONGEST_VALUE = 1_000
LONGEST_WORDS = 300

_RETURNED = {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"}
_ENVELOPE = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,198}>")
_REPLY_CODE = re.compile(r"\b5\d\d\b")
# RFC 5965 and its kin have others, such as reports that a mail is no spam, or failed DMARC.
_COMPLAINTS = {"abuse"}


class _BoundedHeaders(Compat32):
    """Cuts each header as it is read: the parser's own reading of Content-Type is quadratic (a
    header of 250 kB took 35 s). Not the newer policy, which has more of the kind.
    """

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_VALUE]


_POLICY = _BoundedHeaders()
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """One report that counts. `envelope`: addresses that may bear a token (verp.py); `message_id`
    and `to` are those of the returned mail, "" where it shows none; `recipient`: whom it says was
    meant, "" where it does not say; `said` is one line."""

    kind: Bounce.Kind
    envelope: tuple[str, ...]
    message_id: str
    to: str
    said: str
    recipient: str = ""


def parse(raw: bytes) -> Report | None:
    """Return what the mail `raw` reports; None: a delay, an answer of a machine, anything else.

    Only the first MOST_BYTES are looked at: a report comes before the mail that it returns.
    """
    try:
        return _report_of(BytesParser(policy=_POLICY).parsebytes(raw[:MOST_BYTES]))
    except Exception as error:  # RecursionError and whatever else a hostile mail can raise
        logger.info("bounces: a mail cannot be read (%s)", type(error).__name__)
        return None


def _report_of(mail: Message) -> Report | None:
    if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
        return None
    parts = [part for part in mail.get_payload() if isinstance(part, Message)][:MOST_PARTS]
    by_type = {part.get_content_type(): part for part in reversed(parts)}
    status = by_type.get("message/delivery-status") or by_type.get("message/global-delivery-status")
    if status is not None:
        kind, (said, recipient) = Bounce.Kind.REFUSED, _refusal(status)
    else:
        kind, said = Bounce.Kind.COMPLAINT, _complaint(by_type.get("message/feedback-report"))
        recipient = ""
    if not said:
        return None
    returned = next((by_type[name] for name in _RETURNED if name in by_type), None)
    headers = _headers_of(returned) if returned is not None else Message()
    found = _MESSAGE_ID.search(_value(headers, "Message-ID"))
    return Report(
        kind=kind,
        envelope=tuple(_envelope(mail, headers, by_type.get("message/feedback-report"))),
        message_id=found[0] if found else "",
        to=parseaddr(_value(headers, "To"))[1],
        said=said,
        recipient=recipient,
    )


def _refusal(status: Message) -> tuple[str, str]:
    """Return what the server said of the first recipient refused for good, and whom we had meant;
    "" where there is none, or it is not said.

    The fields of a recipient: RFC 3464, 2.3. A mailbox that passes mail on to a dead one reports
    that one, which is none of the reader's.
    """
    for fields in _blocks(status):
        if _value(fields, "Action").strip().lower() != "failed":
            continue
        code = _value(fields, "Status").split("(")[0].strip()
        diagnostic = _value(fields, "Diagnostic-Code").partition(";")[2].strip()
        if _is_of_address(code, diagnostic):
            return (diagnostic or code)[:LONGEST_WORDS], _recipient(fields)
    return "", ""


def _recipient(fields: Message) -> str:
    named = _value(fields, "Original-Recipient") or _value(fields, "Final-Recipient")
    return named.partition(";")[2].strip().strip("<>")


def _is_of_address(status: str, diagnostic: str) -> bool:
    if status != "5.0.0":
        return is_status_of_address(status)
    # The reporting server knows no more than that: the words of the other one tell.
    code = _REPLY_CODE.search(diagnostic)
    return code is not None and is_about_address(int(code[0]), diagnostic, at_recipient=True)


def _complaint(feedback: Message | None) -> str:
    for fields in _blocks(feedback) if feedback is not None else ():
        kind = _value(fields, "Feedback-Type").strip().lower()
        if kind in _COMPLAINTS:
            agent = _value(fields, "User-Agent") or _value(fields, "Reporting-MTA")
            return f"{kind} {agent}".strip()[:LONGEST_WORDS]
    return ""


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    blocks = payload if isinstance(payload, list) else []
    return [block for block in blocks if isinstance(block, Message)][:MOST_RECIPIENTS]


def _headers_of(returned: Message) -> Message:
    if returned.is_multipart():  # message/rfc822 holds one message
        return _blocks(returned)[0]
    raw = returned.get_payload(decode=True)
    return BytesHeaderParser(policy=_POLICY).parsebytes(raw if isinstance(raw, bytes) else b"")


def _envelope(mail: Message, headers: Message, feedback: Message | None) -> Iterator[str]:
    for name in _ENVELOPE:
        yield from (_one_line(value) for value in mail.get_all(name, [])[:MOST_RECIPIENTS])
    yield _value(headers, "Return-Path")
    for fields in _blocks(feedback) if feedback is not None else ():
        yield _value(fields, "Original-Mail-From")


def _value(fields: Message, name: str) -> str:
    return _one_line(fields.get(name, ""))


def _one_line(value: object) -> str:
    # What is not ASCII comes as a Header, or with lone surrogates, which Postgres would refuse.
    text = str(value)[:LONGEST_VALUE].encode(errors="replace").decode()
    return " ".join(text.replace("\x00", " ").split())
