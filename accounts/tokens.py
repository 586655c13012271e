"""Tokens for the API: made, found again by their text, revoked.

It decides which token opens something; what it opens is decided by its scopes (papers/api/). A
token's text is never stored nor logged: whoever reads the database can use none.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import security_log
from accounts.models import ApiToken, User
from papers.api.scopes import Scope

PREFIX = "bsh_"
SECRET_BYTES = 32
LENGTH = len(PREFIX) + 43  # of 32 bytes in base64url without padding
SHOWN_CHARACTERS = len(PREFIX) + 6
MOST_TOKENS = 20
LONGEST_NAME = 100
# So much may `last_used_at` lag: else each request would write a row.
USE_NOTED = timedelta(hours=1)


class TooManyTokensError(ValueError):
    """The message is in words for the reader."""


class TokenNameTakenError(ValueError):
    """The message is in words for the reader."""


def make_token(
    user: User, name: str, scopes: Iterable[str], *, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a token of 256 random bits; return its row and its text, which nobody can read again.

    `name` has 1 to 100 characters, `scopes` at least one of papers.api.scopes. Raises
    TooManyTokensError beyond 20 that are not revoked, TokenNameTakenError where one of them has
    this name.
    """
    secret = base64.urlsafe_b64encode(secrets.token_bytes(SECRET_BYTES)).rstrip(b"=").decode()
    text = f"{PREFIX}{secret}"
    wanted = set(scopes)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        held = ApiToken.objects.of(user.pk).filter(revoked_at=None)
        if held.filter(name=name).exists():
            # A page that is loaded again sends its form again.
            raise TokenNameTakenError(_("You have a token of this name. Choose another."))
        if held.count() >= MOST_TOKENS:
            words = _("You have %d tokens, which is the most. Revoke one that you do not use.")
            raise TooManyTokensError(words % MOST_TOKENS)
        made = ApiToken.objects.create(
            user=user,
            name=name,
            token_hash=hash_token(text),
            beginning=text[:SHOWN_CHARACTERS],
            scopes=[scope for scope in Scope.values if scope in wanted],
            expires_at=expires_at,
        )
    security_log.note("token_made", user_id=user.pk, row=made.pk)
    return made, text


def hash_token(text: str) -> bytes:
    """Return the SHA-256 of a token: with 256 random bits there is nothing to guess or salt."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def find_token(text: str, *, now: datetime) -> ApiToken | None:
    """Return the token of this text with its `user`, None when it opens nothing. One query."""
    if len(text) != LENGTH or not text.startswith(PREFIX):
        return None
    usable = ApiToken.objects.usable(now=now).select_related("user")
    return usable.filter(token_hash=hash_token(text)).first()


def note_use(token: ApiToken, *, now: datetime) -> None:
    """Write that it was used now; nothing is written where that was said within the hour."""
    if token.last_used_at is not None and token.last_used_at > now - USE_NOTED:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)


def revoke(token: ApiToken, *, now: datetime) -> None:
    """Let it open nothing from the next request on; what was revoked before keeps its moment."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        security_log.note("token_revoked", user_id=token.user_id, row=token.pk)
