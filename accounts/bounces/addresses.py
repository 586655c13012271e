"""An address as the site remembers it when it must not keep it: a keyed hash.

Whoever has the table and not the key cannot try addresses against it. The key, ADDRESS_KEY, is
apart from SECRET_KEY: replacing that one must not make the site write to dead mailboxes again.
"""

import hmac
import unicodedata

from django.conf import settings
from django.utils.encoding import punycode


def domain_of(address: str) -> str:
    """Return the domain in small letters, another script as Punycode (RFC 5891); "" without one."""
    domain = address.rpartition("@")[2] if "@" in address else ""
    try:
        return punycode(unicodedata.normalize("NFC", domain)).lower()
    except UnicodeError:
        return domain.lower()


def hash_address(address: str) -> bytes:
    """Return HMAC-SHA256, 32 bytes, of the address however it is written.

    The local part counts without case: RFC 5321, 2.4, lets a host tell cases apart, and none does.
    """
    local = address.rpartition("@")[0] or address
    local = unicodedata.normalize("NFC", local).casefold()
    return hmac.digest(key(), f"{local}@{domain_of(address)}".encode(errors="replace"), "sha256")


def key() -> bytes:
    return str(settings.ADDRESS_KEY).encode()
