from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.encoding import punycode


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
    """Return the headers of every mail about an account: an id on our own domain, and the word
    that keeps away answers from machines (RFC 3834). It has no List- headers: it is not a list.
    """
    domain = urlsplit(settings.SITE_URL).hostname
    return {"Message-ID": make_msgid(domain=domain), "Auto-Submitted": "auto-generated"}
