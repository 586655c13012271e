"""Handing one message over, so that it is known at every moment whether it may have arrived.

It decides what an answer of the mail server means and calls `before_dot` just before the final
dot; it never touches the ledger itself. Read more: RFC 5321 sections 4.1.1.4, 4.2.1 and 6.1.
"""

import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop as _

from accounts.bounces.meaning import is_about_address
from accounts.digest import failpoints

# For one whole message: a server that drips one byte now and then never meets EMAIL_TIMEOUT.
MESSAGE_SECONDS = 60.0
LONGEST_ANSWER = 300
CONFLICT = 409
# Reasons that stand in the ledger, by which failing.py knows their kind.
UNREACHABLE = _("The mail server cannot be reached (%s).")
BROKE = _("The connection to the mail server broke (%s).")
SILENT = _("The mail server took the message and did not answer.")
SAID = _("The mail server said: %s")

BeforeDot = Callable[[], None]


class DeliveryError(Exception):
    """The message did not go out as it should; the text says why, for the reader."""


class TryLaterError(DeliveryError):
    """It surely did not arrive and may be tried again."""


class RefusedError(DeliveryError):
    """It surely did not arrive, and the server will not take it another time either.

    `of_address` says whether that is the address's own fault; `said` is the server's reply.
    """

    def __init__(self, text: str, *, of_address: bool = False, said: str = "") -> None:
        super().__init__(text)
        self.of_address, self.said = of_address, said


class NoAnswerError(DeliveryError):
    """It was handed over whole and nobody said what became of it."""


class _FencedData(smtplib.SMTP):
    """Sends the text, asks, and only then the dot: what is cut off before it is not delivered."""

    before_dot: BeforeDot | None = None
    dot_sent = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.dot_sent = False
        self.putcmd("data")
        code, answer = self.getreply()
        if code != 354:
            # smtplib leaves the transaction open here, and the next reader's MAIL is refused.
            self._rset()  # type: ignore[attr-defined]
            raise smtplib.SMTPDataError(code, answer)
        text = smtplib._quote_periods(msg)  # type: ignore[attr-defined]
        self.send(text if text.endswith(b"\r\n") else text + b"\r\n")
        failpoints.reach("text sent")
        if self.before_dot is not None:
            self.before_dot()
        failpoints.reach("sending")
        self.dot_sent = True
        self.send(b".\r\n")
        return self.getreply()


class FencedSMTP(_FencedData):
    pass


class FencedSMTPOverTLS(_FencedData, smtplib.SMTP_SSL):
    pass


class FencedBackend(EmailBackend):
    """Django's own backend, host, TLS and login included, with a connection that asks."""

    @property
    def connection_class(self) -> type[_FencedData]:
        return FencedSMTPOverTLS if self.use_ssl else FencedSMTP


class SmtpTransport:
    """One connection for many messages, opened by the first and again after it broke.

    When opening fails, every later message is told so at once: no chunk waits for a time-out a
    message.
    """

    def __init__(self) -> None:
        self._backend = FencedBackend()
        self._down: str = ""

    def send(self, message: EmailMessage, before_dot: BeforeDot) -> None:
        """Hand `message` over. Raises TryLaterError, RefusedError or NoAnswerError.

        What `before_dot` raises passes through; the connection is then cut without a dot.
        """
        sender, recipients, content = _as_sent(message)
        smtp = self._open()
        smtp.before_dot = before_dot
        smtp.dot_sent = False
        try:
            with _deadline(smtp):
                smtp.sendmail(sender, recipients, content)
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise _meaning(code, answer, at_recipient=True) from error
        except smtplib.SMTPSenderRefused as error:
            # It is our address that is refused: no fault of this reader, and it may be mended.
            raise TryLaterError(_server_said(error.smtp_code, error.smtp_error)) from error
        except smtplib.SMTPDataError as error:
            raise _meaning(error.smtp_code, error.smtp_error, smtp.dot_sent) from error
        except (OSError, smtplib.SMTPException) as error:
            self._cut()
            raise _lost(smtp.dot_sent, error) from error
        except BaseException:
            self._cut()
            raise

    def close(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self._backend.close()

    def _open(self) -> _FencedData:
        if self._down:
            raise TryLaterError(self._down)
        if not _is_alive(self._backend.connection):
            self._backend.connection = None
            try:
                self._backend.open()
            except (OSError, smtplib.SMTPException) as error:
                self._down = UNREACHABLE % _plain(error)
                raise TryLaterError(self._down) from error
            # The dot follows the text alone: held back for an acknowledgement, 40 ms a mail.
            _socket_of(self._backend).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cast("_FencedData", self._backend.connection)

    def _cut(self) -> None:
        connection, self._backend.connection = self._backend.connection, None
        if connection is not None:
            connection.close()


class PlainTransport:
    """For backends without a dot (files, memory, an API): `before_dot`, then the backend."""

    def __init__(self) -> None:
        self._backend = get_connection()

    def send(self, message: EmailMessage, before_dot: BeforeDot) -> None:
        _recipients(message)
        before_dot()
        try:
            sent = self._backend.send_messages([message])
        except Exception as error:
            words = _("The mail backend failed (%s).") % _plain(error)
            if self._knows_it_again(error):
                raise TryLaterError(words) from error
            raise NoAnswerError(words) from error
        if not sent:
            raise TryLaterError(_("The mail backend did not take the message."))

    def close(self) -> None:
        self._backend.close()

    def _knows_it_again(self, error: Exception) -> bool:
        """Whether a second attempt can't arrive beside the first (accounts/api_mail.py).

        A conflict says that the first one came, with other papers: nobody knows which were read.
        """
        has_key = getattr(self._backend, "is_idempotent", False)
        return has_key and getattr(error, "status_code", None) != CONFLICT


Transport = SmtpTransport | PlainTransport


@contextmanager
def open_transport() -> Iterator[Transport]:
    """Yield the transport for the configured EMAIL_BACKEND and close it afterwards."""
    backend = import_string(settings.EMAIL_BACKEND)
    transport = SmtpTransport() if issubclass(backend, EmailBackend) else PlainTransport()
    try:
        yield transport
    finally:
        transport.close()


def _as_sent(message: EmailMessage) -> tuple[str, list[str], bytes]:
    """Return envelope sender, recipients and text. Raises RefusedError for what no mail can hold.

    The envelope sender is the message's `return_path` where it has one (accounts/bounces/verp.py).
    """
    recipients = _recipients(message)
    charset = message.encoding or settings.DEFAULT_CHARSET
    try:
        sender = sanitize_address(
            getattr(message, "return_path", "") or message.from_email, charset
        )
        content = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
    except ValueError as error:
        words = _("The issue cannot be written as a mail (%s).")
        raise RefusedError(words % _plain(error)) from error
    return sender, recipients, content


def _recipients(message: EmailMessage) -> list[str]:
    """Return the addresses as SMTP has them. Raises RefusedError for one that it cannot have."""
    charset = message.encoding or settings.DEFAULT_CHARSET
    try:
        return [_written(address, charset) for address in (*message.to, *message.cc, *message.bcc)]
    except ValueError as error:
        words = _("No mail can be sent to this address (%s): please check it.")
        raise RefusedError(words % _plain(error)) from error


def _written(address: str, charset: str) -> str:
    """Return the address with its domain as Punycode (RFC 5891).

    Django would encode a local part in another script as a word of a header, which is another
    mailbox; as it stands it needs SMTPUTF8 (RFC 6531), which too few servers pass on.
    """
    if not address.rpartition("@")[0].isascii():
        raise RefusedError(
            _("The part of the address before the @ has letters that mail cannot be sent to yet.")
        )
    written = str(sanitize_address(address, charset))
    if "@" not in written:
        raise ValueError(address)
    return written


@contextmanager
def _deadline(smtp: _FencedData) -> Iterator[None]:
    """Break the connection off after MESSAGE_SECONDS: Celery's limits don't exist on threads."""
    timer = threading.Timer(MESSAGE_SECONDS, _break_off, [smtp.sock])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _socket_of(backend: EmailBackend) -> socket.socket:
    return cast("socket.socket", cast("_FencedData", backend.connection).sock)


def _is_alive(connection: smtplib.SMTP | None) -> bool:
    return connection is not None and getattr(connection, "sock", None) is not None


def _break_off(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _meaning(
    code: int, answer: bytes | str, dot_sent: bool = False, *, at_recipient: bool = False
) -> DeliveryError:
    if 400 <= code < 500:
        return TryLaterError(_server_said(code, answer))
    if 500 <= code < 600:
        plain = _plain(answer)
        of_address = is_about_address(code, plain, at_recipient=at_recipient)
        said = f"{code} {plain}"
        return RefusedError(_server_said(code, answer), of_address=of_address, said=said)
    return _lost(dot_sent, answer)


def _lost(dot_sent: bool, why: object) -> DeliveryError:
    if dot_sent:
        return NoAnswerError(SILENT)
    return TryLaterError(BROKE % _plain(why))


def _server_said(code: int, answer: bytes | str) -> str:
    return SAID % f"{code} {_plain(answer)}"


def _plain(answer: object) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return " ".join(text.split())[:LONGEST_ANSWER] or type(answer).__name__
