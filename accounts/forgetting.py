"""What is deleted of accounts after a while: old issues, dead tokens and logins, mail kept here.

Each function deletes what is over at `now` and returns how many rows or files.
"""

from datetime import datetime, timedelta

from allauth.account.models import EmailConfirmation
from django.db.models import Q

from accounts import outbox, sessions
from accounts.digest import ledger
from accounts.models import ApiToken, Delivery
from papers.forgetting import delete_in_batches

ISSUES_KEPT = timedelta(days=365)
TOKENS_KEPT = timedelta(days=90)
OUTBOX_KEPT = timedelta(days=30)


def forget_issues(now: datetime) -> int:
    """Issues, with what became of them; each reader's latest stays: the next counts from it."""
    old = Delivery.objects.filter(local_date__lt=(now - ISSUES_KEPT).date())
    return delete_in_batches(
        old.exclude(state__in=Delivery.OPEN_STATES).filter(ledger.has_later_issue())
    )


def forget_tokens(now: datetime) -> int:
    """Tokens of the API that have opened nothing for long: revoked, or expired."""
    dead = Q(revoked_at__lt=now - TOKENS_KEPT) | Q(expires_at__lt=now - TOKENS_KEPT)
    return delete_in_batches(ApiToken.objects.filter(dead))


def forget_sessions(now: datetime) -> int:
    """Logins that have ended, with the addresses of the computers that they came from."""
    EmailConfirmation.objects.delete_expired_confirmations()
    return sessions.forget_ended(now)


def forget_outbox(now: datetime) -> int:
    """Mail that was kept in a folder because no mail leaves this machine."""
    return outbox.forget_before(now - OUTBOX_KEPT)
