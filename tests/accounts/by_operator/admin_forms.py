"""The admin's forms of a reader's account, filled in, and what stands in its rows after that."""

from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress

from accounts.models import User

NEW_PASSPHRASE = "another long passphrase"
ASKED_FOR_PROOF = "/accounts/reauthenticate/?next="
# Takes an address, fields and what else a client's `post` takes; returns the answer.
Post = Callable[..., Any]


def page_of(user: User, name: str = "change") -> str:
    return f"/admin/accounts/user/{user.pk}/{name}/"


def fields_of(user: User, **changed: str) -> dict[str, str]:
    days = {"digest_days": "0,1,2,3,4", "digest_size": "10", "digest_enabled": "on"}
    fields = {"email": user.email, "digest_hour": "7", "timezone": "UTC", "is_active": "on"}
    return {**fields, **days, **changed}


def set_password(post: Post, user: User, again: str = NEW_PASSPHRASE) -> Any:
    fields = {"usable_password": "true", "password1": NEW_PASSPHRASE, "password2": again}
    return post(page_of(user, "password"), fields)


def change_address(post: Post, user: User, to: str = "new@example.org") -> Any:
    return post(page_of(user), fields_of(user, email=to), follow=True)


def rows_of(user: User) -> list[tuple[str, bool, bool]]:
    return list(EmailAddress.objects.filter(user=user).values_list("email", "verified", "primary"))
