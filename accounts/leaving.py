"""Deleting an account with everything, at once.

It decides what goes beside the rows that hang on the reader, where the address stands in rows that
stay, and who may not go. Who asks has proved who they are (views/leaving.py, proof.py). A digest in
hand: its ledger row goes too, so that its worker has no lease any more and ends before the dot.

Whoever works for the reader at the same moment is waited for, or finds them gone. Locks are taken
in the order in which the rest of the site takes them: owners of lists, reader, imports, papers; the
reader's turn (papers/readers.py) is before all.
"""

import logging
import re
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Count, Model, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import errors

from accounts import outbox, security_log
from accounts.bounces.suppression import suppressed_among
from accounts.mail import can_be_mailed, post
from accounts.models import Suppression, User
from papers import letters, trending, votes
from papers.models import WeightChange
from papers.readers import stop_new_work
from readinglists.leaving import hold_imports_of, hold_lists_with
from readinglists.models import Invitation, ListChange, Member, ReadingList, ShareLink
from readinglists.saves import papers_saved_by

# Texts of rows that outlive an account, in which the site itself may have written an address.
_TEXTS: tuple[tuple[type[Model], str], ...] = (
    (LogEntry, "object_repr"),
    (LogEntry, "change_message"),
    (ListChange, "words"),
    (Suppression, "said"),
    (WeightChange, "reason"),
)
IN_PLACE_OF_ADDRESS = "(deleted)"
ATTEMPTS = 5
PAUSE_SECONDS = 0.2  # before the second attempt; each one after waits as much longer
# What two transactions at once may do to each other; the second time one of them is over.
_COLLISIONS = (errors.DeadlockDetected, errors.ForeignKeyViolation, errors.LockNotAvailable)
# For one lock: work on a reader's rows takes a few seconds, an import the longest.
LONGEST_WAIT = "5s"

logger = logging.getLogger(__name__)


class CannotLeave(ValueError):
    """The message is in words for the reader."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What others lose: lists read or edited by `members` of others, links that open, followers."""

    lists: int
    shared: list[ReadingList]
    links: int
    followers: int


def loss_of(user: User) -> Loss:
    """Return what goes with the account; `shared` have `others`, the number of their members."""
    lists = ReadingList.objects.filter(owner=user)
    holding = Member.objects.holding().filter(reading_list__owner=user)
    here = Count("members", filter=Q(members__in=holding))
    with_members = lists.kept().annotate(others=here).filter(others__gt=0)
    links = ShareLink.objects.open().filter(reading_list__owner=user)
    followers = lists.aggregate(n=Count("list_follows", filter=~Q(list_follows__user=user)))["n"]
    return Loss(lists.count(), list(with_members.order_by("title")), links.count(), followers)


def is_last_superuser(user: User) -> bool:
    """Whether `user` is alone in being able to run the site: superusers open the admin as staff."""
    superusers = User.objects.filter(is_superuser=True, is_staff=True, is_active=True)
    return user.is_superuser and not superusers.exclude(pk=user.pk).exists()


def refuse_last_superuser(user: User) -> None:
    """Raise CannotLeave for whoever is alone in being able to run the site."""
    if is_last_superuser(user):
        raise CannotLeave(
            _(
                "You are the only administrator with all rights: make another one first "
                "(manage.py createsuperuser), or nobody could run this site."
            )
        )


def delete_account(user: User) -> None:
    """Delete the reader with everything, in one transaction. Raises CannotLeave.

    Counts of votes and saves follow. Afterwards mail of a site that sends none is forgotten, and a
    farewell is sent: whoever did not do this themselves learns of it, and the mail says that none
    follows. No failure of it undoes anything. An account that is gone already does no harm.
    """
    began_at = timezone.now()
    addresses = _addresses_of(user)
    sessions = _sessions_of(user, addresses)
    reader = _delete_again_and_again(user.pk, sessions)
    if reader is None:
        return
    security_log.note("account_deleted", user_id=user.pk)
    # A login that was under way began before, and is stored at the end of its request.
    late = _sessions_of(user, addresses, since=began_at)
    Session.objects.filter(pk__in=late).delete()
    outbox.forget(addresses)
    _say_farewell(reader)


def _delete_again_and_again(reader_id: int, sessions: Collection[str]) -> User | None:
    """No order of locks is proof against whatever the next version of this site writes."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _delete(reader_id, sessions)
        except (IntegrityError, OperationalError) as error:
            if not isinstance(error.__cause__, _COLLISIONS):
                raise
            logger.warning(
                "Deleting account %d met other work: %s", reader_id, type(error.__cause__).__name__
            )
        time.sleep(PAUSE_SECONDS * attempt)
    raise CannotLeave(
        _("Something of yours is being changed at this moment, so nothing was deleted. Try again.")
    )


@transaction.atomic
def _delete(reader_id: int, sessions: Collection[str]) -> User | None:
    """One attempt, all or nothing; None when the account is gone already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LONGEST_WAIT])
    reader = _hold(reader_id)
    if reader is None:
        return None
    refuse_last_superuser(reader)
    addresses = _addresses_of(reader)
    Invitation.objects.annotate(small=Lower("email")).filter(small__in=addresses).delete()
    for model, field in _TEXTS:
        _take_out(model, field, addresses)
    Session.objects.filter(pk__in=sessions).delete()
    reader.delete()
    return reader


def _hold(reader_id: int) -> User | None:
    """Wait for all work on rows that are about to go, and keep more from beginning."""
    superusers = User.objects.filter(is_superuser=True)
    is_superuser = superusers.filter(pk=reader_id).exists()
    # Two superusers who leave at the same moment wait for each other: one of them has to stay.
    also = superusers.values_list("pk", flat=True) if is_superuser else ()
    stop_new_work(reader_id)
    hold_lists_with(reader_id, also=also)
    # FOR UPDATE: whoever writes a row that refers to the reader waits, and finds them gone.
    reader = User.objects.select_for_update().filter(pk=reader_id).first()
    if reader is not None:
        hold_imports_of(reader_id)
        papers = votes.papers_counted_for(reader_id) | papers_saved_by(reader_id)
        trending.lock_stats(sorted(papers))
    return reader


def _addresses_of(user: User) -> set[str]:
    others = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return {address.lower() for address in (user.email, *others)}


def _sessions_of(
    user: User, addresses: Collection[str], *, since: datetime | None = None
) -> list[str]:
    """Keys of the reader's logins, and of the half-finished ones that hold an address of theirs;
    of all, or of those stored after `since`.

    A session names its reader within its text only, so that all are looked at.
    """
    found = Session.objects.order_by()
    if since is not None:
        lasts = timedelta(seconds=settings.SESSION_COOKIE_AGE)
        found = found.filter(expire_date__gte=since + lasts)
    rows: Iterator[Session] = found.iterator(chunk_size=1000)
    return [row.session_key for row in rows if _is_about(row.get_decoded(), user, addresses)]


def _is_about(data: dict[str, object], user: User, addresses: Collection[str]) -> bool:
    if data.get("_auth_user_id") == str(user.pk):
        return True
    return any(_written(address).search(repr(data)) for address in addresses)


def _written(address: str) -> re.Pattern[str]:
    """Finds the address, and not those that end or begin as it does."""
    return re.compile(rf"(?<![\w.+-]){re.escape(address)}(?![\w-])", re.IGNORECASE)


def _take_out(model: type[Model], field: str, addresses: Collection[str]) -> None:
    for address in addresses:
        found = _written(address)
        for row in model._default_manager.filter(**{f"{field}__icontains": address}):
            text = found.sub(IN_PLACE_OF_ADDRESS, getattr(row, field))
            model._default_manager.filter(pk=row.pk).update(**{field: text})


def _say_farewell(user: User) -> None:
    # Where no mail leaves the machine it would lie in the outbox, with the address.
    if not settings.EMAIL_CONFIGURED or not can_be_mailed(user.email):
        return
    if suppressed_among([user.email]):
        return
    message = letters.write("account_deleted", to=user.email, context={})
    try:
        post(message)
    except (OSError, SMTPException) as error:
        logger.error("A farewell could not be handed to the mail server: %s", type(error).__name__)
