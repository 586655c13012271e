import logging
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import proof, security_log
from accounts.client_address import client_address
from accounts.mail import account_mail_headers, can_be_mailed, post
from papers import letters

LONGEST_ADDRESS = 254
FAILURES_A_NETWORK = {"network_failed": "10/m/ip"}

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Account mail in the name of the site, and a page in words when it cannot be sent."""

    def clean_email(self, email: str) -> str:
        # Allauth's form takes 320 characters, the tables 254, the most that SMTP can carry.
        if len(email) > LONGEST_ADDRESS:
            raise ValidationError(_("This address is too long for any mailbox."))
        if not can_be_mailed(email):
            raise ValidationError(_("No mail can be sent to this address: please check it."))
        return email

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def validation_error(self, code: str, *arguments: Any) -> ValidationError:
        """Allauth says what it refuses by these, and tells nobody else of two of them."""
        reader = getattr(self.request, "user", None)
        user_id = reader.pk if reader is not None and reader.is_authenticated else None
        if code == "too_many_login_attempts":
            security_log.note("limit_reached", user_id=user_id, is_refusal=True, what="logins")
        elif code == "enter_current_password":
            security_log.note("proof_failed", user_id=user_id, is_refusal=True, by="password")
        error: ValidationError = super().validation_error(code, *arguments)
        return error

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count failures of a network apart: allauth's own count of them is wiped by each right
        second step from there, on an account of the guesser's own.
        """
        usage = ratelimit.consume(
            request, app="allauth.account", action="network_failed", config=FAILURES_A_NETWORK
        )
        if not usage:
            raise self.validation_error("too_many_login_attempts")
        self._network_usage = usage
        super().pre_authenticate(request, **credentials)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Allauth's begins with the request's host and port: as many tries more as one can name.
        return str(credentials.get("email", "")).lower()

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        self._network_usage.rollback()

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        # Allauth takes readers who have neither password nor second step for proved.
        if proof.is_due(self.request):
            raise ReauthenticationRequired
        return bool(super().is_reauthentication_required(app=app, **more))

    def get_reauthentication_methods(
        self, user: AbstractBaseUser | AnonymousUser
    ) -> list[dict[str, Any]]:
        if isinstance(user, AbstractBaseUser) and proof.needs_code(user):
            words = _("Use a code sent to your address")
            return [{"id": "code", "description": words, "url": reverse("accounts:prove")}]
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        named = {"mfa_reauthenticate": _("Use a code from your app")}
        named["mfa_reauthenticate:webauthn"] = _("Use a passkey")
        return [
            {**each, "description": named.get(each["id"], each["description"])} for each in methods
        ]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if not can_be_mailed(email):  # the form for a code does not ask clean_email
            return
        request = allauth_context.request
        named = {
            "request": request,
            "email": email,
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
            **context,
            **{name: _at_home(value) for name, value in context.items() if name.endswith("_url")},
        }
        message = self.render_mail(template_prefix, email, named, headers=account_mail_headers())
        letters.attach_html(message)
        try:
            post(message)
        except (OSError, SMTPException) as error:
            logger.error("%s could not be handed to the mail server: %s", template_prefix, error)
            if request is None:
                raise
            page = render(request, "accounts/mail_away.html", status=503)
            raise ImmediateHttpResponse(page) from error


def _at_home(url: str) -> str:
    """The page of `url` at SITE_URL. Allauth takes the host, and its port, of the request: whoever
    asks for a mail to somebody else may choose it among ALLOWED_HOSTS.
    """
    page = urlsplit(url)._replace(scheme="", netloc="")
    return f"{settings.SITE_URL}{urlunsplit(page)}"
