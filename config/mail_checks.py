"""Says what is wrong with the settings of mail: its names, its limits, where bounces come back to.

It reads settings only, as config/checks.py does, and never repeats a password.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from accounts.bounces.verp import LONGEST_LOCAL_PART
from config.api_mail import is_installed
from config.checks import SETTINGS

LONGEST_SITE_NAME = 80
SHORTEST_SECRET = 16

# Without a plus, which comes before the token; RFC 5322, 3.2.3 has more, and no host wants them.
_LOCAL_PART = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
_DOMAIN = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*",
    re.ASCII,
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_IMAP_FORM = "imaps://user:password@imap.example.org/INBOX"


@register(SETTINGS)
def check_site_name(**_options: Any) -> list[CheckMessage]:
    name = settings.SITE_NAME
    # "=?" begins what a mail program decodes (RFC 2047).
    is_plain = not _CONTROLS.search(name) and "=?" not in name
    if name.strip() and len(name) <= LONGEST_SITE_NAME and is_plain:
        return []
    hint = f"It stands in the subject and sender of mails: one line, {LONGEST_SITE_NAME} letters."
    return [Error("SITE_NAME cannot stand in a mail.", hint=hint, id="broadsheet.E012")]


@register(SETTINGS)
def check_bounce_address(**_options: Any) -> list[CheckMessage]:
    if not settings.BOUNCE_ADDRESS or _is_bounce_address(settings.BOUNCE_ADDRESS):
        return []
    hint = (
        f"Write one address of plain letters, without a plus and with at most {LONGEST_LOCAL_PART} "
        "letters before the @: BOUNCE_ADDRESS=bounces@papers.example.org. Its host must take mail "
        "for bounces+anything@ too."
    )
    text = "BOUNCE_ADDRESS is not an address that a token can be put into."
    return [Error(text, hint=hint, id="broadsheet.E013")]


@register(SETTINGS)
def check_bounce_imap_url(**_options: Any) -> list[CheckMessage]:
    if not settings.BOUNCE_IMAP_URL:
        return []
    problem = _problem_of_imap(settings.BOUNCE_IMAP_URL)
    hint = f"Write BOUNCE_IMAP_URL={_IMAP_FORM}, with odd characters of the password as %XX."
    return [Error(problem, hint=hint, id="broadsheet.E014")] if problem else []


@register(SETTINGS)
def check_that_bounces_are_read(**_options: Any) -> list[CheckMessage]:
    if settings.BOUNCE_ADDRESS or not (settings.BOUNCE_IMAP_URL or settings.BOUNCE_MAILDIR):
        return []
    text = "Bounces are read, but BOUNCE_ADDRESS is not set: they go to the sender of the digest."
    hint = "Write BOUNCE_ADDRESS=bounces@papers.example.org, the mailbox that is read."
    return [Warning(text, hint=hint, id="broadsheet.W015")]


@register(SETTINGS)
def check_dkim_selector(**_options: Any) -> list[CheckMessage]:
    if not settings.DKIM_SELECTOR or _DOMAIN.fullmatch(settings.DKIM_SELECTOR):
        return []
    hint = "Of s1._domainkey.papers.example.org write the part before: DKIM_SELECTOR=s1"
    return [Error("DKIM_SELECTOR is not a selector.", hint=hint, id="broadsheet.E019")]


@register(SETTINGS)
def check_api_mail(**_options: Any) -> list[CheckMessage]:
    asked_for = settings.API_MAIL_PROVIDER or "WEBHOOK_SECRET" in settings.ANYMAIL
    if asked_for and not is_installed():
        hint = ".venv/bin/python -m pip install --require-hashes -r requirements-anymail.txt"
        text = "ANYMAIL_... is set, but django-anymail is not installed."
        return [Error(text, hint=hint, id="broadsheet.E016")]
    if not settings.API_MAIL_PROVIDER.isidentifier() and settings.API_MAIL_PROVIDER:
        hint = "Write the name of one of anymail's backends: ANYMAIL_PROVIDER=postmark"
        return [Error("ANYMAIL_PROVIDER is not a name.", hint=hint, id="broadsheet.E017")]
    return _check_webhook_secret(str(settings.ANYMAIL.get("WEBHOOK_SECRET", "")))


def _check_webhook_secret(secret: str) -> list[CheckMessage]:
    user, _colon, password = secret.partition(":")
    if not secret or (user and len(password) >= SHORTEST_SECRET):
        return []
    hint = (
        f"Write two words with a colon between, the second of {SHORTEST_SECRET} letters or more: "
        "they stand in the address that the provider is given."
    )
    text = "ANYMAIL_WEBHOOK_SECRET can be guessed."
    return [Error(text, hint=hint, id="broadsheet.E018")]


def _is_bounce_address(address: str) -> bool:
    local, _at, domain = address.rpartition("@")
    fits = len(local) <= LONGEST_LOCAL_PART and ".." not in local
    return bool(fits and _LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(domain))


def _problem_of_imap(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_whole = parts.port != 0 and parts.hostname and parts.username and parts.password
    except ValueError:
        return "BOUNCE_IMAP_URL cannot be read."
    if parts.scheme not in {"imaps", "imap"} or not is_whole:
        return "BOUNCE_IMAP_URL is not the address of a mailbox with user and password."
    if parts.scheme == "imap" and parts.hostname not in _LOOPBACK:
        return "BOUNCE_IMAP_URL is not imaps: its password would travel in the open."
    return ""
