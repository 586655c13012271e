"""The way out of the digest: a signed token in every mail, and what it does.

A token proves that its bearer has a mail to that reader; it needs no login, does not run out and
can do nothing but stop the digest and undo that. Read more: RFC 8058, docs/decisions.md.
"""

from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse

from accounts.digest import schedule
from accounts.models import User

# Its own salt gives it its own key: no other token of the site opens this, nor this another.
_SALT = "accounts.digest.unsubscribe"


def token_for(user_id: int) -> str:
    return _signer().sign(str(user_id))


def url_path(user_id: int) -> str:
    return reverse("accounts:unsubscribe", args=[token_for(user_id)])


def find_reader(token: str) -> User | None:
    """Return the reader of a token, None when it is not whole or the account is gone.

    A token signed with an earlier SECRET_KEY holds as long as SECRET_KEY_FALLBACKS names that key.
    """
    try:
        user_id = int(_signer().unsign(token))
    except (BadSignature, ValueError):
        return None
    return User.objects.filter(pk=user_id).first()


@transaction.atomic
def set_subscribed(user: User, *, subscribed: bool, now: datetime) -> None:
    """Switch the digest on or off; doing so twice changes nothing more.

    Off takes effect at once: what already waits to be sent is taken back.
    """
    user.refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))
    user.switch_digest(on=subscribed)
    user.save(update_fields=["digest_enabled", "digest_days"])
    schedule.reschedule(user, now)


def masked(address: str) -> str:
    """Return the address so that its owner knows it and nobody else learns it: `a…@example.org`."""
    name, _at, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"


def _signer() -> Signer:
    return Signer(salt=_SALT, sep=".")
