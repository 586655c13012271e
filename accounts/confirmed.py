from collections.abc import Collection

from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser


def confirmed_ids(user_ids: Collection[int]) -> set[int]:
    """Return the ids of those of these readers who proved that an address is theirs."""
    proven = EmailAddress.objects.filter(user_id__in=user_ids, verified=True)
    return set(proven.values_list("user_id", flat=True))


def own_addresses(user: AbstractBaseUser) -> list[str]:
    """Return the addresses that a reader proved to be theirs."""
    proven = EmailAddress.objects.filter(user_id=user.pk, verified=True)
    return list(proven.values_list("email", flat=True))


def language_of(address: str) -> str:
    """Return the language of mail to the reader who proved this address, "" for nobody."""
    proved = EmailAddress.objects.select_related("user")
    found = proved.filter(email__iexact=address, verified=True).first()
    return found.user.mail_language if found else ""
