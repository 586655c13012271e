"""Log lines without the keys that open something, and without tracebacks of refusals.

Two formats: a line for people, and an object of JSON a line for programs (LOG_FORMAT=json).

Whoever reads a log must not be able to open a list, end a subscription or set a password with it:
keys in addresses are cut to 6 characters, enough to tell two apart.
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from config.log_context import current_ids

# The first where nothing is set.
LEVELS = ("info", "debug", "warning", "error", "critical")
SHOWN_CHARACTERS = 6

# Also as it stands in an address within an address within an address.
_SLASH = r"(?:/|%(?:25)*2[Ff])"
# After which part of a path a key stands; the last two are allauth's.
_BEFORE_KEY = (
    "l",
    "f",
    "unsubscribe",
    "judge",
    "manage",
    "invitation",
    f"subscribe{_SLASH}confirm",
    "confirm-email",
    f"password{_SLASH}reset{_SLASH}key",
)
_KEY = re.compile(
    rf"({_SLASH}(?:{'|'.join(_BEFORE_KEY)}){_SLASH}"
    rf"(?:(?!%(?:25)*2[Ff])[\w.:=~%-]){{{SHOWN_CHARACTERS}}})(?:(?!%(?:25)*2[Ff])[\w.:=~%-])+"
)

# Of the API (accounts/tokens.py): no address holds one, but a text that was sent may.
_TOKEN = re.compile(rf"(bsh_[\w-]{{{SHOWN_CHARACTERS}}})[\w-]+")


# A password within an address, and what a client or we ourselves show as proof of who asks.
_PASSWORD = re.compile(r"(://[^/\s:@]*:)[^/\s@]+(?=@)")
_PROOF = re.compile(
    r"(?i)(authorization['\"]?\s*[:=]\s*['\"]?(?:bearer|basic|token)\s+)(?!bsh_)[^\s'\",]+"
)

_SUSPICIONS = ("SuspiciousOperation", "DisallowedHost", "RequestDataTooBig", "TooManyFieldsSent")


class CutKeysFormatter(logging.Formatter):
    """Cuts keys in the whole line, traceback included, which a filter of messages would miss."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        line = super().formatMessage(record)
        ids = " ".join(f"{name}={value}" for name, value in current_ids().items())
        return f"{line} [{ids}]" if ids else line

    def format(self, record: logging.LogRecord) -> str:
        return cut_keys(super().format(record))


class JsonFormatter(logging.Formatter):
    """One object a line: time (UTC), level, logger, message, the ids, and perhaps a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": cut_keys(record.getMessage()),
            **current_ids(),
            # Of the security log (accounts/security_log.py); its text has them too.
            **getattr(record, "fields", {}),
        }
        status = getattr(record, "status_code", None)
        if status is not None:
            said["status"] = status
        if record.exc_info:
            said["traceback"] = cut_keys(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False, default=str)


def cut_keys(text: str) -> str:
    """Return `text` with the key in each address cut, `/l/Ab3dE_…/`, each token and password."""
    for pattern in (_KEY, _TOKEN, _PASSWORD, _PROOF):
        text = pattern.sub(r"\1…", text)
    return text


class RefusalFilter(logging.Filter):
    """Takes the traceback from what a view refused: a 403 or 404 is an answer, not a fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None
        return True


def as_settings(level: str, form: str) -> dict[str, Any]:
    """Return Django's LOGGING for lines of `level`, of LEVELS, and above; `form` is "plain" or
    "json"."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {
                "()": "config.log_lines.CutKeysFormatter",
                "format": "%(levelname)s %(name)s: %(message)s",
            },
            "json": {"()": "config.log_lines.JsonFormatter"},
        },
        "filters": {"refusals": {"()": "config.log_lines.RefusalFilter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form}},
        "loggers": {
            # Django's own handlers would write beside ours, keys uncut.
            "django": {"handlers": []},
            "django.server": {"handlers": [], "propagate": True},
            "django.request": {"filters": ["refusals"]},
            # Of a host or a form that is refused: whatever strangers send.
            **{f"django.security.{name}": {"filters": ["refusals"]} for name in _SUSPICIONS},
            # Written whatever LOG_LEVEL says (accounts/security_log.py).
            "broadsheet.security": {"level": "INFO"},
            # Its own handler would write beside ours, addresses with their keys uncut.
            "gunicorn.error": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "celery": {"level": "WARNING"},  # else a line for each task, many a minute
        },
        "root": {"handlers": ["console"], "level": level.upper()},
    }
