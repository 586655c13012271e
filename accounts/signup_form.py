from typing import Any
from uuid import uuid4

from allauth.account.forms import SignupForm
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts.models import User


class OneCommitSignupForm(SignupForm):  # type: ignore[misc]
    """Writes an account whole or not at all, in one commit: three took time that told of it.

    Where the address has an account, as much is written and taken back, so that it takes as long.
    """

    account_already_exists: bool  # allauth's

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        user: User = super().save(request)
        return user

    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            self._take_as_long()
        try:
            return super().try_save(request)
        except IntegrityError:
            # The address was free when the form was read: a second press, or another's request.
            self.account_already_exists = True
            return super().try_save(request)

    @transaction.atomic
    def _take_as_long(self) -> None:
        """Do the work of a new account, for an address of nobody, and leave nothing of it."""
        user = User(
            email=f"{uuid4().hex}@nobody.invalid",
            password=make_password(self.cleaned_data["password1"]),
        )
        # Taken back alone: what is around it is committed, and so waits for the disk as well.
        with transaction.atomic():
            self._write(user)
            transaction.set_rollback(True)
        theirs = EmailAddress.objects.filter(user=user.pk)
        theirs.filter(verified=True).exists()
        theirs.first()
        User.objects.filter(pk=user.pk).first()

    def _write(self, user: User) -> None:
        """In bulk, which sends no signal: the security log must not tell of an account."""
        User.objects.bulk_create([user])
        theirs = EmailAddress.objects.filter(user=user)
        User.objects.filter(pk=user.pk).update(
            digest_enabled=self.cleaned_data["digest"], timezone=self.cleaned_data["timezone"]
        )
        theirs.exists()
        theirs.first()
        theirs.first()
        EmailAddress.objects.bulk_create([EmailAddress(user=user, email=user.email)])
