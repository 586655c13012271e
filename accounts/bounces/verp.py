"""The envelope sender of a digest: an address that tells, when mail comes back to it, what did.

`bounces+<token>@example.org`: the token names the issue and is signed together with the address it
went to, so that a bounce to an address which the reader left since proves nothing.
Read more: RFC 5321 section 4.5.3.1.1 (64 octets before the @), RFC 3464.
"""

import hmac
import re

from django.conf import settings

from accounts.bounces.addresses import hash_address, key
from accounts.models import Delivery

MAC_DIGITS = 16
# The number of an issue, in hexadecimal, has 16 digits at most.
LONGEST_TOKEN = 16 + MAC_DIGITS
LONGEST_LOCAL_PART = 64 - len("+") - LONGEST_TOKEN
# In small letters throughout: some hosts change the case of a local part.
_TOKEN = re.compile(r"\+([0-9a-f]{1,16})([0-9a-f]{16})@", re.ASCII | re.IGNORECASE)


def return_path(delivery: Delivery) -> str:
    """Return the envelope sender of one issue; "" where BOUNCE_ADDRESS is not set."""
    if not settings.BOUNCE_ADDRESS or delivery.pk is None:
        return ""
    local, _at, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    mac = _mac(delivery.pk, delivery.user.email)
    return f"{local}+{delivery.pk:x}{mac}@{domain}"


def find_delivery(recipient: str) -> Delivery | None:
    """Return the issue that `recipient`, the address a bounce was sent to, names.

    None: no token, a forged one, or one for an address that is its reader's no more.
    """
    found = _TOKEN.search(recipient)
    if found is None or int(found[1], 16) >= 2**63:
        return None
    delivery = Delivery.objects.select_related("user").filter(pk=int(found[1], 16)).first()
    if delivery is None:
        return None
    right = _mac(delivery.pk, delivery.user.email)
    return delivery if hmac.compare_digest(found[2].lower(), right) else None


def _mac(delivery_id: int, address: str) -> str:
    own_key = hmac.digest(key(), b"verp", "sha256")
    said = f"{delivery_id}:{hash_address(address).hex()}".encode()
    return hmac.digest(own_key, said, "sha256").hex()[:MAC_DIGITS]
