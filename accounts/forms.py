from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.mail import can_be_mailed
from accounts.models import User
from accounts.timezones import timezone_or_utc


class DeviceTimezoneField(forms.CharField):
    """Filled by static/js/timezone.js; whatever it holds, the outcome is a zone we know."""

    widget = forms.HiddenInput(attrs={"data-device-timezone": ""})

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, value: Any) -> str:
        return timezone_or_utc(str(value or ""))


class SignupExtras(forms.Form):
    """What our sign-up asks beside address and password; allauth's own form builds on it."""

    digest = forms.BooleanField(
        label=_("Mail me the new papers, Monday to Friday"), required=False, initial=True
    )
    timezone = DeviceTimezoneField()

    field_order = ["email", "password1", "digest"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Note the wish. Nothing is due before the address is confirmed (accounts/signals.py)."""
        user.digest_enabled = self.cleaned_data["digest"]
        user.timezone = self.cleaned_data["timezone"]
        user.save(update_fields=["digest_enabled", "timezone"])


class SubscribeForm(forms.Form):
    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        error_messages={
            "required": _("Please type your email address."),
            "invalid": _("This does not look like an email address: please check it."),
        },
    )
    timezone = DeviceTimezoneField()
    # No reader sees this field; what fills in every field is not a reader.
    website = forms.CharField(required=False)

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if not can_be_mailed(email):
            raise forms.ValidationError(
                gettext(
                    "No mail can be sent to this address: neither letters such as ö before the @ "
                    "nor a number in place of a domain can be used."
                )
            )
        return email

    @property
    def is_from_a_robot(self) -> bool:
        return bool(self.cleaned_data.get("website"))
