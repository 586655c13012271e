"""Django's command of this name, which can also make an administrator of a reader."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError, CommandParser

from accounts import by_operator
from accounts.models import User


class Command(createsuperuser.Command):
    """Makes an account with all rights, or with --existing gives them to one that is there."""

    help = "Makes an administrator, of an account that is there with --existing."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--existing", metavar="EMAIL", help="give all rights to the account of this address"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["existing"]:
            self._give_all_rights(options["existing"])
        else:
            super().handle(*args, **options)

    def _give_all_rights(self, email: str) -> None:
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError("No account has this address: without --existing one is made.")
        if not EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists():
            # Whoever signed up with it may know its password and be somebody else.
            raise CommandError(
                "Nobody has confirmed that this address is theirs: first open the link that was "
                "mailed to it, or log in by a code."
            )
        is_new = by_operator.give_all_rights(user)
        self.stdout.write(f"{user} has all rights{'' if is_new else ' already'}.")

    def _validate_username(self, username: str, name: str, database: str) -> str | None:
        if User.objects.filter(email__iexact=username).exists():
            way = f"manage.py createsuperuser --existing {username}"
            return f"There is an account of this address. To give it all rights: {way}"
        # The stubs of Django's types leave it out.
        refused: str | None = super()._validate_username(username, name, database)  # type: ignore[misc]
        return refused
