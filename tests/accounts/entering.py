"""Logging in for tests, with more than `force_login` knows of."""

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

from accounts.models import User
from tests.factories import make_user

PASSPHRASE = "a long passphrase"  # what make_user gives


def enter(client: Client, user: User, *, method: str = "password") -> None:
    """Log in as one who has proved a moment ago who they are."""
    client.force_login(user)
    session = client.session
    record = {"method": method, "at": time.time(), "reauthenticated": True}
    session["account_authentication_methods"] = [record]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def make_user_without_password() -> User:
    user = make_user()
    user.set_unusable_password()
    user.save()
    return user


def give_app(user: User) -> str:
    """Set up an authenticator app with recovery codes; return its key."""
    secret = str(generate_totp_secret())
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str, *, step: int = 0) -> str:
    """What the app shows now; with `step` -1 or 1, what it showed before or shows next."""
    counters = list(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(secret, counters[1 + step])))
