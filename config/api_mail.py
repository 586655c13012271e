"""Reads the settings of mail by a provider's API: django-anymail, an extra that may be missing.

`ANYMAIL_PROVIDER` names the backend; what else begins with ANYMAIL_ is a setting of anymail's own
(ANYMAIL_POSTMARK_SERVER_TOKEN). Read more: requirements-anymail.in, docs/operating.md.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from config.environment import Environment

PREFIX = "ANYMAIL_"
PROVIDER = "ANYMAIL_PROVIDER"


def is_installed() -> bool:
    return find_spec("anymail") is not None


@dataclass(frozen=True)
class ApiMail:
    """What settings say of mail by an API. `options` are anymail's own; `backend` is "" where none
    is named or the extra is missing."""

    provider: str
    options: dict[str, Any]
    backend: str
    takes_webhooks: bool


def read_api_mail(env: Environment) -> ApiMail:
    named = env.all_starting_with(PREFIX)
    provider = named.pop(PROVIDER.removeprefix(PREFIX), "").lower()
    return ApiMail(
        provider=provider,
        # What a provider can't do (metadata) must not end in lost mail.
        options={"IGNORE_UNSUPPORTED_FEATURES": True, **named},
        backend=_backend(provider) if provider and is_installed() else "",
        takes_webhooks=is_installed() and "WEBHOOK_SECRET" in named,
    )


def _backend(provider: str) -> str:
    if provider == "resend":
        return "accounts.api_mail.KeyedResend"
    return f"anymail.backends.{provider}.EmailBackend"
