"""The settings as this process has them, for administrators' eyes: no key, token or password."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        gettext_noop("Site"),
        ("SITE_URL", "SITE_NAME", "CONTACT", "HOST", "PORT", "ALLOWED_HOSTS", "DEBUG", "VAR"),
    ),
    (gettext_noop("Servers"), ("DATABASE_URL", "CONN_MAX_AGE", "REDIS_URL")),
    (
        gettext_noop("Mail"),
        (
            *("EMAIL_URL", "API_MAIL_PROVIDER", "DEFAULT_FROM_EMAIL", "DIGEST_FROM_EMAIL"),
            *("BOUNCE_ADDRESS", "BOUNCE_IMAP_URL", "BOUNCE_MAILDIR", "DIGEST_WAIT_MINUTES"),
            *("DIGEST_RESEND_UNKNOWN", "DIGEST_MAILS_PER_MINUTE"),
            *("DIGEST_MAILS_PER_MINUTE_A_DOMAIN", "DKIM_SELECTOR"),
        ),
    ),
    (
        gettext_noop("Papers"),
        (
            *("ARXIV_CATEGORIES", "ARXIV_RSS_URL", "ARXIV_API_URL", "ARXIV_OAI_URL"),
            *("ARXIV_LIST_URL", "ARXIV_REPAIR", "ARXIV_WITNESS", "ARXIV_SPACING_SECONDS"),
            *("ARXIV_LIST_SPACING_SECONDS", "HUGGINGFACE_URL", "CROSSREF_URL", "GITHUB_URL"),
            *("GITHUB_STARS", "GITHUB_TOKEN", "SEMANTIC_SCHOLAR_URL", "SEMANTIC_SCHOLAR_KEY"),
            *("FETCH_ALLOWED_PRIVATE_HOSTS", "FETCH_LARGEST_MB", "OAI_LARGEST_MB"),
        ),
    ),
    (
        gettext_noop("Readers"),
        (
            *("PUBLIC_LISTS", "FOLLOWS_PER_READER", "API_READS_PER_HOUR", "API_WRITES_PER_HOUR"),
            "API_VISITOR_REQUESTS_PER_HOUR",
        ),
    ),
    (
        gettext_noop("Security"),
        (
            *("SECRET_KEY", "LINK_KEY", "ADDRESS_KEY", "SECURE_SSL_REDIRECT"),
            *("SECURE_HSTS_SECONDS", "METRICS_TOKEN", "METRICS_ADDRESSES", "LOG_FORMAT"),
        ),
    ),
)
_HIDDEN = ("KEY", "TOKEN", "SECRET", "PASSWORD")


@dataclass(frozen=True, slots=True)
class Shown:
    name: str
    value: str


def in_force() -> list[tuple[str, list[Shown]]]:
    """Return the groups with their settings; addresses without user, password and query."""
    return [(_(group), [Shown(name, _value(name)) for name in names]) for group, names in GROUPS]


def _value(name: str) -> str:
    match name:
        case "DATABASE_URL":
            found = settings.DATABASES["default"]
            return "{HOST}:{PORT}/{NAME}".format(**{"HOST": "", "PORT": "", **found})
        case "CONN_MAX_AGE":
            return str(settings.DATABASES["default"]["CONN_MAX_AGE"])
        case "EMAIL_URL":
            if not settings.EMAIL_CONFIGURED or settings.API_MAIL_PROVIDER:
                return _("not set")
            return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    value: Any = getattr(settings, name)
    if any(part in name for part in _HIDDEN):
        return _("set, not shown") if value else _("not set")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or _("not set")
    text = str(value)
    return _without_login(text) if "://" in text else text or _("not set")


def _without_login(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return _("set, not shown")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
