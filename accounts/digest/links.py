"""Signed links in an issue that stand for its reader without a login.

Mails are forwarded, so what such a link opens must not be worth an account: it lasts 30 days from
the issue and ends with the reader's address, since an old mailbox may be somebody else's. (The link
to unsubscribe is apart: it never ends.) Each kind has its own salt, so that none opens another.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.signing import BadSignature, Signer

from accounts.models import User
from papers.row_numbers import read_row_number

LASTS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class MailLink:
    salt: str

    def token_for(self, user: User, issued_on: date) -> str:
        """Return the token of the issue of that date; the same for each time it is rendered."""
        return self._signer(user).sign(f"{user.pk}.{issued_on:%Y%m%d}")

    def find_reader(self, token: str, now: datetime) -> User | None:
        """Return the reader of a token. None: it is not whole or too old, the account is gone or
        closed, or its address has changed since."""
        user_id = read_row_number(token.partition(".")[0])
        if user_id is None:
            return None
        user = User.objects.filter(pk=user_id, is_active=True).first()
        if user is None:
            return None
        try:
            signed = self._signer(user).unsign(token)
            issued_on = datetime.strptime(signed.partition(".")[2], "%Y%m%d").date()  # noqa: DTZ007
        except (BadSignature, ValueError):
            return None
        return user if now.date() <= issued_on + LASTS else None

    def _signer(self, user: User) -> Signer:
        return Signer(salt=f"{self.salt}:{user.email}", sep=".")


MANAGE = MailLink("accounts.digest.manage")
JUDGE = MailLink("accounts.digest.feedback")
