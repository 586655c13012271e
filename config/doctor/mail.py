"""The mail server: connect, greet, encrypt and log in, without sending; and a test mail.

Where mail leaves a public site by SMTP the DNS is asked too (sender.py).
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext as _

from config.doctor import sender
from config.doctor.findings import Finding, fault, warning, well
from config.doctor.text_records import TextRecords
from papers.mailing import post

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class MailRefused(Exception):
    """A test mail was not taken; the text says why and what to do, in words."""


def look(*, asks_others: bool) -> Iterator[Finding]:
    name = _("Mail")
    if not settings.EMAIL_CONFIGURED:
        words = _("None leaves this machine: it is kept in var/outbox.")
        advice = _("Write EMAIL_URL=smtp+tls://user:password@mail.example.org:587")
        yield well(name, words) if settings.LOCAL else warning(name, words, advice)
        return
    if settings.API_MAIL_PROVIDER:
        words = _("It goes by the API of %s; “doctor --to you@example.org” tries it.")
        yield well(name, words % settings.API_MAIL_PROVIDER)
        return
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    if not asks_others:
        yield well(name, _("It goes by %s; “manage.py doctor” asks it.") % where)
        return
    yield _greet(name, where)
    is_encrypted = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    if not is_encrypted and settings.EMAIL_HOST not in LOOPBACK:
        words = _("Mail and password travel in the open.")
        yield warning(_("Mail: TLS"), words, _("Write smtp+tls:// or smtp+ssl:// in EMAIL_URL."))
    if not settings.LOCAL:
        yield from sender.look(TextRecords().at)


def send_test(to: str) -> None:
    """Send a short mail to `to`. Raises MailRefused with words."""
    subject = _("A test mail of %s") % settings.SITE_NAME
    text = _("Whoever runs %(name)s (%(url)s) asked for this mail. Mail works.") % {
        "name": settings.SITE_NAME,
        "url": settings.SITE_URL,
    }
    headers = {"Auto-Submitted": "auto-generated"}
    try:
        post(EmailMessage(subject, text, to=[to], headers=headers))
    except Exception as error:  # a provider's API raises errors of its own
        raise MailRefused(" ".join(_explain(error))) from error


def _greet(name: str, where: str) -> Finding:
    server = EmailBackend(timeout=settings.EMAIL_TIMEOUT)
    try:
        server.open()
    except (smtplib.SMTPException, OSError) as error:
        words, advice = _explain(error)
        return fault(name, f"{where}: {words}", advice)
    finally:
        server.close()
    login = _("logged in") if settings.EMAIL_HOST_USER else _("without a login")
    return well(name, _("%(where)s answers, %(login)s.") % {"where": where, "login": login})


def _explain(error: Exception) -> tuple[str, str]:
    """Return what happened and what to do. No password is in either: servers do not repeat them."""
    match error:
        case smtplib.SMTPAuthenticationError():
            words = _("It refuses name or password (%s).") % error.smtp_code
            return words, _("See both in EMAIL_URL; in it odd characters are percent-encoded.")
        case smtplib.SMTPNotSupportedError():
            words = _("It does not offer what EMAIL_URL asks for: %s") % error
            return words, _("Try smtp+ssl:// and port 465, or ask who runs it.")
        case ssl.SSLError():
            words = _("TLS fails: %s") % error
            return words, _(
                "587 wants smtp+tls://, 465 smtp+ssl://; the name must be in the certificate."
            )
        case socket.gaierror():
            return _("Its name is not known."), _(
                "See the name in EMAIL_URL, and this machine's DNS."
            )
        case TimeoutError():
            words = _("It does not answer in time.")
            return words, _(
                "Many networks close port 25: try 587. See the firewall of this machine."
            )
        case ConnectionRefusedError():
            return _("Nobody listens there."), _("See name and port in EMAIL_URL.")
    words = str(error).strip().partition("\n")[0][:300] or type(error).__name__
    return words, _("Its log says more, and “accounts” in ours.")
