"""Mail kept in a folder instead of being sent, for a site on one machine and for development.

It writes one .eml file a message and reads them back; it never sends, and deletes only what is old
or went to somebody whose account is deleted.
Who may look is decided by the views: only where settings.OUTBOX_SHOWN.
"""

import email
import os
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage as ParsedMessage
from email.parser import BytesHeaderParser
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

# The moment, then chance: names sort by time, and nobody guesses one or climbs out of the folder.
_TIME_FORMAT = "%Y%m%dT%H%M%S%fZ"
_NAME = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{16}", re.ASCII)


class OutboxBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            write_message(message.message().as_bytes())
        return len(email_messages)


@dataclass(frozen=True)
class Line:
    """One message in the list of the outbox."""

    name: str
    written_at: datetime
    to: str
    subject: str


@dataclass(frozen=True)
class Message:
    """One message, opened. `html` is as the sender wrote it: show it in a sandbox only."""

    line: Line
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str


def write_message(content: bytes) -> str:
    """Keep one message as it would go over the wire; return its name. It appears whole."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    name = f"{datetime.now(UTC):{_TIME_FORMAT}}-{secrets.token_hex(8)}"
    draft = folder / f".{name}"
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    draft.rename(folder / f"{name}.eml")
    return name


def list_names() -> list[str]:
    """Return the names of all messages, newest first."""
    names = (path.stem for path in _folder().glob("*.eml"))
    return sorted((name for name in names if _NAME.fullmatch(name)), reverse=True)


def read_line(name: str) -> Line:
    """Return what the list shows of a message. Raises FileNotFoundError when there is none."""
    with _path(name).open("rb") as file:
        headers = BytesHeaderParser(policy=policy.default).parse(file)
    return Line(name, _written_at(name), str(headers["To"] or ""), str(headers["Subject"] or ""))


def read_message(name: str) -> Message:
    """Return one message. Raises FileNotFoundError when there is none of this name."""
    with _path(name).open("rb") as file:
        parsed = email.message_from_binary_file(file, policy=policy.default)
    headers = tuple((key, str(value)) for key, value in parsed.items())
    return Message(read_line(name), headers, _body(parsed, "plain"), _body(parsed, "html"))


def forget(addresses: Collection[str]) -> int:
    """Delete the messages to any of these addresses, in small letters; return how many."""
    gone = [name for name in list_names() if _is_to(name, addresses)]
    for name in gone:
        _path(name).unlink(missing_ok=True)
    return len(gone)


def forget_before(moment: datetime) -> int:
    """Delete the messages written before `moment`; return how many."""
    old = [name for name in list_names() if _written_at(name) < moment]
    for name in old:
        _path(name).unlink(missing_ok=True)
    return len(old)


def _is_to(name: str, addresses: Collection[str]) -> bool:
    try:
        to = read_line(name).to.lower()
    except FileNotFoundError:
        return False
    return any(address in to for address in addresses)


def _body(parsed: ParsedMessage, kind: str) -> str:
    part = parsed.get_body(preferencelist=(kind,))
    return "" if part is None else str(part.get_content())


def _folder() -> Path:
    return Path(settings.OUTBOX)


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return _folder() / f"{name}.eml"


def _written_at(name: str) -> datetime:
    return datetime.strptime(name.partition("-")[0], _TIME_FORMAT).replace(tzinfo=UTC)
