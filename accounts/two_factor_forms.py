"""Allauth's forms of the second step, with labels, lengths and keyboards of this site."""

import struct
from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import security_log, two_factor

LONGEST_NAME = 80
LONGEST_CODE = 40


def _code_field(label: Any, help_text: Any = "") -> forms.CharField:
    # Digits as a rule, yet not by a numbers-only keyboard: some type them in groups.
    attributes = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
    widget = forms.TextInput(attrs=attributes)
    return forms.CharField(label=label, help_text=help_text, max_length=LONGEST_CODE, widget=widget)


class ActivateAppForm(ActivateTOTPForm):  # type: ignore[misc]
    code = _code_field(_("The six digits that the app shows now"))


class _OnceForm(BaseAuthenticateForm):  # type: ignore[misc]
    code = _code_field(_("Code"), _("Six digits from the app, or one of your recovery codes."))

    def clean_code(self) -> str:
        code = str(super().clean_code())
        try:
            two_factor.refuse_used(self.authenticator, code)
        except forms.ValidationError:
            self._emit_authentication_failed(self.authenticator)
            raise
        return code


class SecondStepForm(_OnceForm, AuthenticateForm):  # type: ignore[misc]
    pass


class SecondStepAgainForm(_OnceForm, ReauthenticateForm):  # type: ignore[misc]
    pass


# What fido2 raises for an answer that is none: keys that are not there, wrong kinds, cut bytes.
_NO_ANSWER = (LookupError, TypeError, ValueError, AttributeError, struct.error, InvalidSignature)


class _AnswerForm(AuthenticateWebAuthnForm):  # type: ignore[misc]
    """Refuses in words whatever a browser, or somebody else, sent as a passkey's answer."""

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except _NO_ANSWER as error:
            self._tell_of_refusal()
            raise two_factor.TwoFactorAdapter().validation_error("incorrect_code") from error
        except forms.ValidationError as error:
            if error.code == "incorrect_code":  # and not that there were too many
                self._tell_of_refusal()
            raise

    def _tell_of_refusal(self) -> None:
        """Allauth has a signal for wrong codes alone."""
        event = "second_step_failed"
        if self.passwordless or self.reauthenticated:
            event = "login_failed" if self.passwordless else "proof_failed"
        user_id = self.user.pk if self.user is not None else None
        kind = str(Authenticator.Type.WEBAUTHN)
        security_log.note(event, user_id=user_id, is_refusal=True, by=kind)


class PasskeyStepForm(_AnswerForm):
    pass


class PasskeyLoginForm(LoginWebAuthnForm, _AnswerForm):  # type: ignore[misc]
    pass


class PasskeyAgainForm(ReauthenticateWebAuthnForm, _AnswerForm):  # type: ignore[misc]
    pass


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(
        label=_("Name"),
        help_text=_("To tell it from others: where it is kept, for example."),
        required=False,
        max_length=LONGEST_NAME,
    )
    passwordless = forms.BooleanField(
        label=_("It opens my account alone"),
        help_text=_(
            "You log in by it without address, password or code. It then asks for your finger, "
            "face or PIN. Otherwise it is the second step after a password or a mailed code."
        ),
        required=False,
        initial=True,
    )

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except _NO_ANSWER as error:
            raise two_factor.TwoFactorAdapter().validation_error("incorrect_code") from error
        return cleaned


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
