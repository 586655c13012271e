"""STAFF_NEEDS_MFA: operators' pages ask for a login with a second step, or for setting one up."""

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.urls import reverse

_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_wanted_for(request: HttpRequest, view: Callable[..., object]) -> bool:
    """Whether an operator's page is asked for by one who showed no second step in this session."""
    if not settings.STAFF_NEEDS_MFA or not getattr(request.user, "is_staff", False):
        return False
    match = request.resolver_match
    is_admin = match is not None and match.app_name == "admin"
    return (is_admin or hasattr(view, "administrators_only")) and not _was_shown(request)


def way_to_prove(request: HttpRequest) -> str:
    """Return the address that asks for the second step and comes back, or where to set one up."""
    there = set(
        Authenticator.objects.filter(user_id=request.user.pk).values_list("type", flat=True)
    )
    if not there.intersection(_FACTORS):
        return reverse("accounts:staff_second_step")
    by_app = Authenticator.Type.TOTP in there
    name = "mfa_reauthenticate" if by_app else "mfa_reauthenticate_webauthn"
    back = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("admin:index")
    return f"{reverse(name)}?{urlencode({REDIRECT_FIELD_NAME: back})}"


def _was_shown(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)
