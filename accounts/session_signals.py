"""What a login, a new password and another second step do to a reader's other logins."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import sessions
from accounts.models import User


@receiver(user_logged_in)
def list_login(request: HttpRequest, user: User, **_signal: Any) -> None:
    sessions.note(request, user)


@receiver([password_changed, password_reset, password_set])
def forget_logins_of_old_password(request: HttpRequest, user: User, **_signal: Any) -> None:
    """They ended with the password's hash; this takes them off the list too."""
    sessions.forget_ended_of(user, but=request.session.session_key)


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def end_logins_of_before(
    request: HttpRequest, user: User, authenticator: Authenticator, **signal: Any
) -> None:
    # Codes come and go along with what they stand in for, which has its own signal.
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        if signal["signal"] is not authenticator_reset:
            return
    elif signal["signal"] is authenticator_added:
        # Whoever set it up has just shown that they hold it.
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
    sessions.end_others(request, user)
