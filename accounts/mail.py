from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings


def account_mail_headers() -> dict[str, str]:
    """Return the headers of every mail about an account: an id on our own domain, and the word
    that keeps away answers from machines (RFC 3834). It has no List- headers: it is not a list.
    """
    domain = urlsplit(settings.SITE_URL).hostname
    return {"Message-ID": make_msgid(domain=domain), "Auto-Submitted": "auto-generated"}
