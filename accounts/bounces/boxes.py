"""Where mail that came back lies: a Maildir, an mbox file, one file, or a folder over IMAP.

Each yields the bytes of its mails, bounded, and marks one as read when the next is asked for: what
the caller failed on is met again. Raises BoxError, in words and without a password.
Read more: https://cr.yp.to/proto/maildir.html, RFC 9051 (IMAP).
"""

import imaplib
import mailbox
import os
import ssl
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from accounts.bounces.reports import MOST_BYTES

# A run; what is left is found by the next.
MOST_MAILS = 1_000
IMAP_SECONDS = 30.0


class BoxError(Exception):
    """The mail cannot be read; the text says why."""


def read_configured() -> Iterator[bytes]:
    """Yield the mails of BOUNCE_IMAP_URL and of BOUNCE_MAILDIR, whichever are set."""
    if settings.BOUNCE_IMAP_URL:
        yield from read_imap(settings.BOUNCE_IMAP_URL)
    if settings.BOUNCE_MAILDIR:
        yield from read_path(Path(settings.BOUNCE_MAILDIR))


def read_path(path: Path) -> Iterator[bytes]:
    """Yield the mails of whatever `path` is."""
    try:
        if path.is_dir():
            yield from read_maildir(path)
        elif path.is_file():
            yield from read_mbox(path)
        else:
            raise BoxError(f"{path} is neither a Maildir nor an mbox file.")
    except OSError as error:
        raise BoxError(f"{path} cannot be read: {error.strerror or error}.") from error


def read_maildir(path: Path) -> Iterator[bytes]:
    """Yield the mails in `new/`, and move each on to `cur/` as seen."""
    if not ((path / "new").is_dir() and (path / "cur").is_dir()):
        raise BoxError(f"{path} is not a Maildir: it has no folders new and cur.")
    for name in sorted(os.listdir(path / "new"))[:MOST_MAILS]:
        file = path / "new" / name
        # Another run may have moved it; and a pipe of that name would never end.
        with suppress(FileNotFoundError):
            if stat.S_ISREG(file.lstat().st_mode):
                with file.open("rb") as opened:
                    raw = opened.read(MOST_BYTES)
                yield raw
                file.rename(path / "cur" / f"{name.partition(':')[0]}:2,S")


def read_mbox(path: Path) -> Iterator[bytes]:
    """Yield the mails of an mbox file, which stays as it is; a file of another kind is one mail."""
    with path.open("rb") as opened:
        start = opened.read(MOST_BYTES)
    if not start.startswith(b"From "):
        yield start
        return
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.keys():  # noqa: SIM118  (iterating would parse each mail)
            yield box.get_file(key).read(MOST_BYTES)
    finally:
        box.close()


def read_imap(url: str) -> Iterator[bytes]:
    """Yield the unseen mails of a folder, `imaps://user:password@host/folder`, and flag each."""
    folder = unquote(urlsplit(url).path.strip("/")) or "INBOX"
    try:
        with _connect(url) as box:
            quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
            _check(box.select(f'"{quoted}"'), f"opening the folder {folder}")
            unseen = _check(box.uid("SEARCH", "UNSEEN"), "the search")[0] or b""
            for number in unseen.split()[:MOST_MAILS]:
                uid = number.decode("ascii", "replace")
                part = f"(BODY.PEEK[]<0.{MOST_BYTES}>)"
                answer = _check(box.uid("FETCH", uid, part), "reading a mail")
                yield next((item[1] for item in answer if isinstance(item, tuple)), b"")
                _check(box.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"), "flagging a mail")
    except (imaplib.IMAP4.error, OSError, UnicodeError) as error:
        raise BoxError(f"The mailbox of bounces cannot be read: {_plain(error)}.") from error


@contextmanager
def _connect(url: str) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    box: imaplib.IMAP4
    if parts.scheme == "imaps":
        context = ssl.create_default_context()
        box = imaplib.IMAP4_SSL(host, port or 993, ssl_context=context, timeout=IMAP_SECONDS)
    else:
        box = imaplib.IMAP4(host, port or 143, timeout=IMAP_SECONDS)
    with box:
        box.login(unquote(parts.username or ""), unquote(parts.password or ""))
        yield box


def _check(answer: tuple[str, Any], doing: str) -> Any:
    state, data = answer
    if state != "OK":
        raise BoxError(f"The mailbox of bounces refused {doing}.")
    return data


def _plain(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
