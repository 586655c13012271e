"""Log lines without the keys that open something, and without tracebacks of refusals.

Whoever reads a log must not be able to open a list, end a subscription or set a password with it:
keys in addresses are cut to 6 characters, enough to tell two apart.
"""

import logging
import re

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


class CutKeysFormatter(logging.Formatter):
    """Cuts keys in the whole line, traceback included, which a filter of messages would miss."""

    def format(self, record: logging.LogRecord) -> str:
        return cut_keys(super().format(record))


def cut_keys(text: str) -> str:
    """Return `text` with the key in each address cut, `/l/Ab3dE_…/`, and each token."""
    return _TOKEN.sub(r"\1…", _KEY.sub(r"\1…", text))


class RefusalFilter(logging.Filter):
    """Takes the traceback from what a view refused: a 403 or 404 is an answer, not a fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None
        return True
