"""The second step at login, in the site's words: allauth.mfa does the work."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    normalize_user_code,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

LAST_COUNTER = "last_counter"


class TwoFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Names what authenticator apps and browsers show in their lists."""

    def get_totp_issuer(self) -> str:
        return str(settings.SITE_NAME)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": settings.SITE_NAME}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        there = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return str(_("Passkey %s") % (there + 1))


def refuse_used(authenticator: Authenticator, code: str) -> None:
    """Raise ValidationError for digits of an app that opened something before (RFC 6238, 5.2).

    Allauth notes used digits in the cache, for half a minute: shorter than a wrong clock makes
    them good for, and gone with the cache.
    """
    if authenticator.type != Authenticator.Type.TOTP:
        return
    adapter = TwoFactorAdapter()
    secret = adapter.decrypt(authenticator.data["secret"])
    fitting = [
        counter
        for counter in yield_hotp_counters_from_time()
        if format_hotp_value(hotp_value(secret, counter)) == normalize_user_code(code)
    ]
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        if not fitting or fitting[-1] <= row.data.get(LAST_COUNTER, -1):
            raise adapter.validation_error("incorrect_code")
        row.data[LAST_COUNTER] = fitting[-1]
        row.save(update_fields=["data"])
    authenticator.data = row.data
