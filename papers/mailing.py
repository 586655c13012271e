"""What all mails but the digest have in common: addresses, headers, words of strangers."""

import re
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.encoding import punycode

from papers.arming import refuse_unless_armed

LONGEST_IN_A_MAIL = 80
_ARCHIVES = "astro-ph|cond-mat|cs|econ|eess|math|nlin|physics|q-bio|q-fin|stat"
_CATEGORY = re.compile(rf"[-(]*(?:cat:)?(?:{_ARCHIVES})\.(?:[A-Z]{{2}}|[a-z]+-[a-z]+)\)*")
_LIKE_AN_ADDRESS = re.compile(r"[/@]|\w\.\w")


def post(message: EmailMessage) -> None:
    """Hand a message to the mail server: every mail but the digest goes this way, and no other.

    Raises papers.arming.MailHeldError, which is an OSError, on a restored copy that nobody armed
    yet, and OSError or SMTPException when the message cannot be handed over.
    """
    refuse_unless_armed()
    message.send()


def can_be_mailed(address: str) -> bool:
    """Return whether a mail can bear the address, which Django's validator took.

    A domain in another script is written as Punycode, where a label of 63 letters can be too long
    (RFC 5890, 2.3.1). A local part is ASCII (the validator, which ignores case, takes a
    long s for an s): others need SMTPUTF8, which too few servers pass on. A number in place of a
    domain is none: it would let strangers aim the relay at hosts inside its network.
    """
    local, _at, domain = address.rpartition("@")
    if domain.startswith("["):
        return False
    try:
        punycode(domain)
    except UnicodeError:
        return False
    return local.isascii()


def account_mail_headers() -> dict[str, str]:
    """Return the headers of every mail that is no list: an id on our own domain, and the word
    that keeps away answers from machines (RFC 3834). It has no List- headers.
    """
    domain = urlsplit(settings.SITE_URL).hostname
    return {"Message-ID": make_msgid(domain=domain), "Auto-Submitted": "auto-generated"}


def one_line(text: str) -> str:
    """Return the text without line breaks and what neither a header nor a database can hold."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.encode("utf-8", "replace").decode().split())


def harmless(text: str) -> str:
    """Return words that a stranger chose as a mail shows them, at most 80 characters.

    They chose whose mailbox the mail goes to as well: it holds nothing of which a mail program
    would make a link. A category's code, which looks like one, stays.
    """
    shown = " ".join("…" if _may_become_a_link(word) else word for word in one_line(text).split())
    return shown if len(shown) <= LONGEST_IN_A_MAIL else f"{shown[: LONGEST_IN_A_MAIL - 1]}…"


def _may_become_a_link(word: str) -> bool:
    return bool(_LIKE_AN_ADDRESS.search(word)) and not _CATEGORY.fullmatch(word)
