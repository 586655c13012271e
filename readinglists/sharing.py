"""Links that open a list without an account: made, shown again, revoked, looked up by key.

A key is never stored, only its SHA-256; the owner sees it again because it is derived again from
the row and LINK_KEY. Nothing here is cached: a revoked key is dead at the next request.
"""

import base64
import hashlib
import hmac

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from readinglists.models import ReadingList, ShareLink
from readinglists.saves import lock_lists_of


def derive_key(link_id: int, generation: int) -> str:
    """Return the key of one generation of a link: HMAC-SHA256 under LINK_KEY, as 43 characters
    of base64url without padding (RFC 4648 section 5): 256 bits, not to be guessed."""
    secret = str(settings.LINK_KEY).encode()
    digest = hmac.digest(secret, f"{link_id}:{generation}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def hash_key(key: str) -> bytes:
    """Return what is stored of a key. Plain SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def active_link(reading_list: ReadingList) -> ShareLink | None:
    return reading_list.share_links.open().order_by("pk").first()


def key_of(link: ShareLink) -> str | None:
    """Return the link's key, None when LINK_KEY was replaced since: such a key opens nothing."""
    if key_matches(link.pk, link.generation, link.key_hash):
        return derive_key(link.pk, link.generation)
    return None


def address_of(link: ShareLink) -> str | None:
    """Return the full address of the link; None when LINK_KEY was replaced since."""
    key = key_of(link)
    return key and f"{settings.SITE_URL}{reverse('readinglists:shared', args=[key])}"


def key_matches(link_id: int, generation: int, key_hash: bytes | memoryview | None) -> bool:
    """Return whether the key of that generation, derived now, is the one whose hash is stored."""
    key = derive_key(link_id, generation)
    return key_hash is not None and hmac.compare_digest(hash_key(key), bytes(key_hash))


def make_link(reading_list: ReadingList) -> ShareLink:
    """Return the list's link, made if there is none. After a revocation it has a new key: the
    generation rises, so that the old key never opens anything again.

    Raises ReadingList.DoesNotExist when the list was deleted meanwhile.
    """
    with transaction.atomic():
        lock_lists_of(reading_list.owner_id)
        reading_list = ReadingList.objects.get(pk=reading_list.pk)
        link = reading_list.share_links.order_by("pk").first()
        if link is None:
            link = ShareLink.objects.create(reading_list=reading_list, generation=1)
        elif link.revoked_at is None and key_of(link) is not None:
            return link
        else:
            link.generation += 1
        link.key_hash = hash_key(derive_key(link.pk, link.generation))
        link.revoked_at = None
        link.save(update_fields=["generation", "key_hash", "revoked_at"])
    return link


def revoke_link(reading_list: ReadingList) -> bool:
    """Make every key of the list open nothing from now on; return whether one did."""
    links = ShareLink.objects.filter(reading_list=reading_list, revoked_at=None)
    return bool(links.update(revoked_at=Now()))


def find_list_by_key(key: str) -> ReadingList | None:
    """Return the list that `key` opens now; None for an unknown, malformed or revoked key."""
    link = find_link_by_key(key)
    return link.reading_list if link else None


def find_link_by_key(key: str) -> ShareLink | None:
    """Return the link, with its list, whose key this is now; None as `find_list_by_key` does."""
    return _opening(_active().filter(key_hash=hash_key(key)).first())


def find_link(link_id: int, generation: int) -> ShareLink | None:
    """Return the link, with its list, if the key of that generation still opens it."""
    return _opening(_active().filter(pk=link_id, generation=generation).first())


def _active() -> QuerySet[ShareLink]:
    return ShareLink.objects.open().select_related("reading_list")


def _opening(link: ShareLink | None) -> ShareLink | None:
    return link if link is not None and key_of(link) is not None else None
