from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.encoding import punycode


def has_domain_for_mail(address: str) -> bool:
    """Return whether the domain can be written in a header, where other scripts are Punycode: a
    label of 63 letters, which Django's validator takes, can be too long there (RFC 5890, 2.3.1).
    """
    try:
        punycode(address.rpartition("@")[2])
    except UnicodeError:
        return False
    return True


def account_mail_headers() -> dict[str, str]:
    """Return the headers of every mail about an account: an id on our own domain, and the word
    that keeps away answers from machines (RFC 3834). It has no List- headers: it is not a list.
    """
    domain = urlsplit(settings.SITE_URL).hostname
    return {"Message-ID": make_msgid(domain=domain), "Auto-Submitted": "auto-generated"}
