"""The secret address of a follow's feeds: made, shown again, renewed, looked up.

A key is never stored, only its SHA-256; the reader sees it again because it is derived again from
the row and LINK_KEY, as links to lists are (readinglists/sharing.py). Nothing here is cached.
"""

import base64
import hmac

from django.conf import settings
from django.db.models import F

from accounts.models import Follow
from readinglists.sharing import hash_key


def derive_key(follow_id: int, generation: int) -> str:
    """Return the key of one generation: HMAC-SHA256 under LINK_KEY, 43 characters of base64url.

    The word before the numbers keeps it apart from the keys of lists with the same numbers.
    """
    secret = str(settings.LINK_KEY).encode()
    digest = hmac.digest(secret, f"follow:{follow_id}:{generation}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def key_of(follow: Follow) -> str | None:
    """Return the key, None when LINK_KEY was replaced since: such a key opens nothing."""
    key = derive_key(follow.pk, follow.feed_generation)
    stored = follow.feed_key_hash
    return key if stored is not None and hmac.compare_digest(hash_key(key), bytes(stored)) else None


def set_key(follow: Follow) -> None:
    """Write the hash of the key of the row's generation."""
    follow.feed_key_hash = hash_key(derive_key(follow.pk, follow.feed_generation))
    Follow.objects.filter(pk=follow.pk).update(feed_key_hash=follow.feed_key_hash)


def renew_key(follow: Follow) -> None:
    """Make a new key; the ones before it never open anything again."""
    Follow.objects.filter(pk=follow.pk).update(feed_generation=F("feed_generation") + 1)
    follow.refresh_from_db(fields=["feed_generation"])
    set_key(follow)


def find_follow(key: str) -> Follow | None:
    """Return the follow whose feeds `key` opens now; None for an unknown or revoked key."""
    follows = Follow.objects.select_related("user", "standing")
    follow = follows.filter(feed_key_hash=hash_key(key), user__is_active=True).first()
    return follow if follow is not None and key_of(follow) == key else None
