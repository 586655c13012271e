"""The security log: a line for each login, proof, change of an account and change in the admin.

OWASP ASVS 5.0, 16.2.1 and 16.3: who, from where, what; config/log_lines.py adds when, and the
request's id. A line never holds what somebody typed, neither address nor password: readers are
numbers, and of a client's address its network stands here, too wide to name a person.
security_signals.py listens to what Django and allauth tell; who has no signal calls `note`.
"""

import logging
import re

from allauth.core import context as allauth_context
from django.http import HttpRequest

from accounts.client_address import wide_network

NAME = "broadsheet.security"
_UNQUOTED = re.compile(r"[^\w.:/,+-]", re.ASCII)

logger = logging.getLogger(NAME)


def note(
    event: str,
    *,
    user_id: int | None = None,
    request: HttpRequest | None = None,
    is_refusal: bool = False,
    **more: str | int,
) -> None:
    """Write `event` with whoever did it or whose account it was, and the client's network.

    Without `request` it is the one that is being answered; in commands and tasks there is none, and
    no network. Refusals are of level WARNING, all else INFO. `more` are words of the site's own.
    """
    request = request or allauth_context.request
    fields: dict[str, str | int] = {"event": event}
    if user_id is not None:
        fields["user"] = user_id
    if request is not None:
        fields["network"] = wide_network(request)
    fields |= more
    words = " ".join(f"{name}={_plain(value)}" for name, value in list(fields.items())[1:])
    level = logging.WARNING if is_refusal else logging.INFO
    logger.log(level, "%s", f"{event} {words}".rstrip(), extra={"fields": fields})


def _plain(value: str | int) -> str:
    """As one word, whatever a row's number or a route may hold: no value can look like another."""
    return _UNQUOTED.sub("_", str(value))
