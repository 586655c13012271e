import re

from django.core.mail import EmailMessage


def find_link(message: EmailMessage) -> str:
    """Return the path of the first link in a mail, as a reader would open it."""
    found = re.search(r"https?://[^/\s]+(/\S*/\S+)", str(message.body))
    if found is None:
        raise AssertionError(f"no link in {message.body}")
    return found[1]


def find_code(message: EmailMessage) -> str:
    found = re.search(r"^ *([A-Z0-9]{4,}(-[A-Z0-9]+)*)$", str(message.body), re.MULTILINE)
    if found is None:
        raise AssertionError(f"no code in {message.body}")
    return found[1]
