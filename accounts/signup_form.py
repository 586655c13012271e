from allauth.account.forms import SignupForm
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User


class OneCommitSignupForm(SignupForm):  # type: ignore[misc]
    """Writes an account whole or not at all, in one commit: three took time that told of it."""

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        user: User = super().save(request)
        return user
