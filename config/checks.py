"""Says what is wrong with the operator's settings, and what to write instead.

It reads settings only: no connection is made here. Errors stop every command; warnings are for
`manage.py check` and the log of the start.
"""

import ipaddress
import os
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from papers.identifiers import ARCHIVES

MOST_PROXIES = 5
KEYS = ("SECRET_KEY", "LINK_KEY", "ADDRESS_KEY")
# 128 bits as 32 hexadecimal digits.
SHORTEST_KEY = 32
# All that read settings only. `start` runs these; Django's own load all views.
SETTINGS = "settings"
# Checks that concern whoever serves pages: `start` and `run web` run them, other processes do not.
SERVING = "serving"
# An archive in small letters, then perhaps a subject class: hep-th, cs.LG, cond-mat.mes-hall.
_CATEGORY = re.compile(r"(?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[A-Za-z]+(?:-[a-z]+)?)?", re.ASCII)


@register(Tags.security, SETTINGS)
def check_site_url(**_options: Any) -> list[CheckMessage]:
    if settings.LOCAL:
        return []
    site = urlsplit(settings.SITE_URL)
    if site.scheme not in {"http", "https"} or not site.hostname or site.path:
        hint = "Write scheme and host and nothing more: SITE_URL=https://papers.example.org"
        return [Error("SITE_URL is not the address of a site.", hint=hint, id="broadsheet.E001")]
    if site.scheme == "http" and not _is_loopback(site.hostname):
        hint = "Put a proxy with a certificate in front and write https:// in SITE_URL."
        text = "SITE_URL is not https: passwords and mailed links travel in the open."
        return [Warning(text, hint=hint, id="broadsheet.W002")]
    return []


@register(Tags.security, SETTINGS)
def check_host_of_local_site(**_options: Any) -> list[CheckMessage]:
    if not settings.LOCAL or _is_loopback(settings.HOST):
        return []
    text = f"HOST={settings.HOST} opens the site to others, but SITE_URL is not set."
    hint = (
        "Without SITE_URL everybody who reaches the site can read its mail at /outbox/. "
        "Set SITE_URL to the address others type, or leave HOST at 127.0.0.1."
    )
    return [Error(text, hint=hint, id="broadsheet.E003")]


@register(Tags.security, SETTINGS)
def check_debug_of_public_site(**_options: Any) -> list[CheckMessage]:
    if not (settings.DEBUG and _is_public()):
        return []
    text = "DEBUG is on for a public site: error pages show settings, /outbox/ shows all mail."
    hint = "Remove DEBUG, or remove SITE_URL while you develop."
    return [Error(text, hint=hint, id="broadsheet.E004")]


@register(Tags.security, SETTINGS)
def check_trusted_proxies(**_options: Any) -> list[CheckMessage]:
    old = [name for name in ("BEHIND_PROXY", "TRUSTED_PROXY_COUNT") if os.environ.get(name)]
    if old:
        hint = "Write TRUSTED_PROXIES=1, or how many proxies of yours stand one behind the other."
        text = f"{' and '.join(old)} has no meaning any more."
        return [Error(text, hint=hint, id="broadsheet.E031")]
    if settings.TRUSTED_PROXIES > MOST_PROXIES:
        text = f"TRUSTED_PROXIES={settings.TRUSTED_PROXIES} are more proxies than any site has."
        hint = "With too many, clients choose the address that limits count by."
        return [Error(text, hint=hint, id="broadsheet.E032")]
    return []


@register(SERVING, deploy=True)
def check_way_to_https(**_options: Any) -> list[CheckMessage]:
    if settings.TRUSTED_PROXIES or not settings.SECURE_SSL_REDIRECT:
        return []
    text = (
        "No proxy is believed (TRUSTED_PROXIES=0): each page would be sent on to itself for ever."
    )
    hint = (
        "The web server speaks no https. Put a proxy with a certificate in front that sets "
        "X-Forwarded-Proto, as deploy/nginx does, and write TRUSTED_PROXIES=1"
    )
    return [Error(text, hint=hint, id="broadsheet.E033")]


@register(Tags.security, SETTINGS)
def check_keys_of_public_site(**_options: Any) -> list[CheckMessage]:
    if not _is_public():
        return []
    short = [name for name in KEYS if len(getattr(settings, name)) < SHORTEST_KEY]
    if not short:
        return []
    text = f"Too short to be safe: {', '.join(short)}."
    hint = (
        f"Write {SHORTEST_KEY} random letters or more, or leave it out: then the site makes one. "
        "What ends with the old one stands in docs/operating.md, under keys/."
    )
    return [Warning(text, hint=hint, id="broadsheet.W035")]


@register(SETTINGS)
def check_mail_of_public_site(**_options: Any) -> list[CheckMessage]:
    if settings.EMAIL_CONFIGURED or not _is_public():
        return []
    text = "EMAIL_URL is not set: nobody can sign up or get a digest, mail stays on this machine."
    hint = "Write EMAIL_URL=smtp+tls://user:password@mail.example.org:587"
    return [Warning(text, hint=hint, id="broadsheet.W005")]


@register(SETTINGS)
def check_contact_of_public_site(**_options: Any) -> list[CheckMessage]:
    if settings.CONTACT or not _is_public():
        return []
    text = "CONTACT is not set: arXiv asks whoever fetches from it to say whom to write to."
    hint = "Write CONTACT=admin@papers.example.org"
    return [Warning(text, hint=hint, id="broadsheet.W006")]


@register(Tags.security, SETTINGS)
def check_second_step_of_staff(**_options: Any) -> list[CheckMessage]:
    if settings.STAFF_NEEDS_MFA or not _is_public():
        return []
    text = "STAFF_NEEDS_MFA is off: one password, or one mailbox, opens the administration."
    hint = "Set up a passkey or an app for each operator, then write STAFF_NEEDS_MFA=1"
    return [Warning(text, hint=hint, id="broadsheet.W034")]


@register(SETTINGS)
def check_categories(**_options: Any) -> list[CheckMessage]:
    if not settings.ARXIV_CATEGORIES:
        hint = "Write ARXIV_CATEGORIES=cs.LG,stat.ML"
        return [Error("ARXIV_CATEGORIES is empty.", hint=hint, id="broadsheet.E007")]
    hint = "Write them as arXiv does, with commas and no spaces: cs.LG,stat.ML,hep-th"
    return [
        Error(f"“{code}” is not an arXiv category.", hint=hint, id="broadsheet.E007")
        for code in _unknown_forms(settings.ARXIV_CATEGORIES)
    ]


def _unknown_forms(codes: Iterable[str]) -> list[str]:
    found = ((code, _CATEGORY.fullmatch(code)) for code in codes)
    return [code for code, match in found if not match or match["archive"] not in ARCHIVES]


def _is_public() -> bool:
    host = urlsplit(settings.SITE_URL).hostname or ""
    return not settings.LOCAL and not _is_loopback(host)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
