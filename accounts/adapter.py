import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.client_address import client_address
from accounts.mail import account_mail_headers, can_be_mailed, post
from papers import letters

LONGEST_ADDRESS = 254

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
