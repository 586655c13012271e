"""The link at the foot of each issue that opens a reader's mail settings without a login.

Mails are forwarded, so what it opens is not worth an account: when and how much is mailed, and
what is followed, for 30 days from the issue. It shows no list, no vote and no whole address, and
changes neither address nor password. Read more: docs/decisions.md.
"""

from datetime import date, datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.models import User

LASTS = timedelta(days=30)
# Its own salt gives it its own key: no other token of the site opens this, nor this another.
_SALT = "accounts.digest.manage"
_LONGEST_ID = 18


def token_for(user: User, issued_on: date) -> str:
    """Return the token of the issue of that date; the same for each time it is rendered."""
    return _signer(user).sign(f"{user.pk}.{issued_on:%Y%m%d}")


def url_path(user: User, issued_on: date) -> str:
    return reverse("accounts:manage", args=[token_for(user, issued_on)])


def find_reader(token: str, now: datetime) -> User | None:
    """Return the reader of a token. None: it is not whole or too old, the account is gone or
    closed, or its address has changed since, so that the old mailbox is somebody else's."""
    user_id = token.partition(".")[0]
    if not (user_id.isascii() and user_id.isdigit() and len(user_id) <= _LONGEST_ID):
        return None
    user = User.objects.filter(pk=int(user_id), is_active=True).first()
    if user is None:
        return None
    try:
        signed = _signer(user).unsign(token)
        issued_on = datetime.strptime(signed.partition(".")[2], "%Y%m%d").date()  # noqa: DTZ007
    except (BadSignature, ValueError):
        return None
    return user if now.date() <= issued_on + LASTS else None


def _signer(user: User) -> Signer:
    return Signer(salt=f"{_SALT}:{user.email}", sep=".")
