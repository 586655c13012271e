"""A follow ended, and taken back: what is kept of it for that, and for how long.

It decides that a follow taken back is the one it was, its feeds' addresses with it. What is kept
lies in the reader's session, so nobody else can take it back.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts import feed_keys, follows
from accounts.models import Follow, User

KEPT = timedelta(hours=1)


def end(follow: Follow, *, now: datetime) -> dict[str, Any]:
    """End `follow` and return what takes it back, as JSON holds it."""
    kept = {
        "pk": follow.pk,
        "name": follow.name,
        "query": follow.query,
        "in_digest": follow.in_digest,
        "feed_generation": follow.feed_generation,
        "created_at": follow.created_at.isoformat(),
        "until": (now + KEPT).isoformat(),
    }
    follow.delete()
    return kept


def can_take_back(kept: object, *, now: datetime) -> bool:
    return isinstance(kept, dict) and now < datetime.fromisoformat(kept["until"])


def take_back(user: User, kept: dict[str, Any]) -> Follow:
    """Follow again what `end` kept; where the same is followed anew meanwhile, that one stays.

    Raises CannotFollow when the reader follows as many as one may.
    """
    known = follows.find(user, follows.read_query(kept["query"]))
    if known is not None:
        return known
    with transaction.atomic():
        made = follows.follow(user, kept["query"], kept["name"])
        # The number is part of the feeds' key (feed_keys.py); no other row can have it.
        Follow.objects.filter(pk=made.pk).update(
            id=kept["pk"],
            in_digest=kept["in_digest"],
            feed_generation=kept["feed_generation"],
            created_at=datetime.fromisoformat(kept["created_at"]),
        )
        made = Follow.objects.get(pk=kept["pk"])
        feed_keys.set_key(made)
    return made
