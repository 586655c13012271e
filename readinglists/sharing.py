"""Links that open a list without an account: made, shown again, revoked, looked up by key.

A key is never stored, only its SHA-256; the owner sees it again because it is derived again from
the row and LINK_KEY. Nothing here is cached: a revoked key is dead at the next request.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from readinglists.models import ListFollow, Member, ReadingList, ShareLink
from readinglists.saves import lock_lists_of

MOST_LINKS = 20
USE_EVERY = timedelta(hours=1)


class TooManyLinksError(ValueError):
    """The message is in words for the reader."""


def derive_key(link_id: int, generation: int) -> str:
    """Return the key of one generation of a link: HMAC-SHA256 under LINK_KEY, as 43 characters
    of base64url without padding (RFC 4648 section 5): 256 bits, not to be guessed."""
    secret = str(settings.LINK_KEY).encode()
    digest = hmac.digest(secret, f"{link_id}:{generation}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def hash_key(key: str) -> bytes:
    """Return what is stored of a key. Plain SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def key_of(link: ShareLink) -> str | None:
    """Return the link's key, None when LINK_KEY was replaced since: such a key opens nothing."""
    if key_matches(link.pk, link.generation, link.key_hash):
        return derive_key(link.pk, link.generation)
    return None


def key_matches(link_id: int, generation: int, key_hash: bytes | memoryview | None) -> bool:
    """Return whether the key of that generation, derived now, is the one whose hash is stored."""
    key = derive_key(link_id, generation)
    return key_hash is not None and hmac.compare_digest(hash_key(key), bytes(key_hash))


def make_link(
    reading_list: ReadingList,
    name: str = "",
    *,
    can_edit: bool = False,
    needs_login: bool = False,
    expires_at: datetime | None = None,
) -> ShareLink:
    """Make one more link to the list. `name` is for its owner only.

    Raises TooManyLinksError beyond 20 of them, ReadingList.DoesNotExist when the list was deleted
    meanwhile.
    """
    with transaction.atomic():
        lock_lists_of(reading_list.owner_id)
        reading_list = ReadingList.objects.get(pk=reading_list.pk)
        if reading_list.share_links.count() >= MOST_LINKS:
            raise TooManyLinksError(
                _("A list has at most %s links. Delete one that is revoked, or revoke one.")
                % MOST_LINKS
            )
        link = ShareLink.objects.create(
            reading_list=reading_list,
            name=name,
            can_edit=can_edit,
            needs_login=needs_login,
            expires_at=expires_at,
        )
        return _with_key_of(link, link.generation)


def change_link(
    link: ShareLink, *, name: str, can_edit: bool, needs_login: bool, expires_at: datetime | None
) -> bool:
    """Change what the link is, not its address; return False where it was revoked meanwhile.

    Who joined through a link that may no longer edit is a member no more (models/members.py).
    """
    return bool(
        ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(
            name=name, can_edit=can_edit, needs_login=needs_login, expires_at=expires_at
        )
    )


def rotate_link(link: ShareLink) -> ShareLink:
    """Give the link another key: the old one opens nothing from now on, and whoever follows or
    joined through it is out. Raises ShareLink.DoesNotExist when it is revoked or gone."""
    with transaction.atomic():
        current = ShareLink.objects.select_for_update().get(pk=link.pk, revoked_at=None)
        return _with_key_of(current, current.generation + 1)


def revoke_link(link: ShareLink) -> bool:
    """Let its key open nothing from now on, for ever; return whether it was not revoked yet."""
    return bool(ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=Now()))


def revoke_links(reading_list: ReadingList) -> int:
    """Revoke all links of the list; return how many."""
    return ShareLink.objects.filter(reading_list=reading_list, revoked_at=None).update(
        revoked_at=Now()
    )


def delete_link(link: ShareLink) -> bool:
    """Forget a revoked link with its last use; False for one that is not revoked."""
    return bool(ShareLink.objects.filter(pk=link.pk, revoked_at__isnull=False).delete()[0])


def links_of(reading_list: ReadingList) -> QuerySet[ShareLink]:
    """Return the links of the list, those that are revoked last. Each has `followers` and
    `joined`: how many follow or joined through its key of now. One query."""
    follows = ListFollow.objects.filter(
        share_link=OuterRef("pk"), generation=OuterRef("generation")
    )
    members = Member.objects.filter(share_link=OuterRef("pk"), generation=OuterRef("generation"))
    return reading_list.share_links.annotate(
        followers=_count_of(follows), joined=_count_of(members)
    ).order_by(F("revoked_at").desc(nulls_first=True), "pk")


def note_use(link: ShareLink, now: datetime) -> bool:
    """Note that somebody opened the list through the link, at most once an hour; return whether
    it was written. To be called for a GET as well: it is a log, as RFC 9110, 9.2.1 allows."""
    before = now - USE_EVERY
    if link.last_used_at is not None and link.last_used_at > before:
        return False
    rarely = Q(last_used_at=None) | Q(last_used_at__lte=before)
    return bool(ShareLink.objects.filter(rarely, pk=link.pk).update(last_used_at=now))


@dataclass(frozen=True, slots=True)
class Sharing:
    """How a list is shared now: `links` are those that open it."""

    is_public: bool
    links: int
    edit_links: int

    @property
    def is_private(self) -> bool:
        return not self.is_public and not self.links


def sharing_of(reading_list: ReadingList) -> Sharing:
    """Return how the list is shared, members apart. One query."""
    # By the process's clock: to build `open()` took three times as long, at each page of a list.
    kept = reading_list.share_links.filter(revoked_at=None)
    links = [link for link in kept if link.is_open and key_of(link) is not None]
    edit = sum(link.can_edit for link in links)
    return Sharing(reading_list.is_public, len(links), edit)


def find_link_by_key(key: str) -> ShareLink | None:
    """Return the link, with its list, that `key` opens now; None for an unknown, malformed,
    expired or revoked key. One query, always asked."""
    return _opening(_active().filter(key_hash=hash_key(key)).first())


def find_link(link_id: int, generation: int) -> ShareLink | None:
    """Return the link, with its list, if the key of that generation still opens it."""
    return _opening(_active().filter(pk=link_id, generation=generation).first())


def _active() -> QuerySet[ShareLink]:
    return ShareLink.objects.open().select_related("reading_list")


def _opening(link: ShareLink | None) -> ShareLink | None:
    return link if link is not None and key_of(link) is not None else None


def _with_key_of(link: ShareLink, generation: int) -> ShareLink:
    link.generation = generation
    link.key_hash = hash_key(derive_key(link.pk, generation))
    link.save(update_fields=["generation", "key_hash"])
    return link


def _count_of(rows: QuerySet[Any, Any]) -> Coalesce:
    counted = rows.order_by().values("share_link").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
