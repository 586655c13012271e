"""Where a reader is logged in: the list of it, and how those logins end.

A row of allauth's UserSession is written at login and brought up to date once an hour of use. It
never decides whether a session is valid: that is Django's session row and the hash in it, in which
the password and `User.session_generation` are. So raising the generation ends all at their next
request, those without a row too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, update_session_auth_hash
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import security_log
from accounts.browsers import name_browser
from accounts.client_address import UNKNOWN, client_address
from accounts.models import User

NOTED = "noted_at"
NOTE_EVERY_SECONDS = 3600
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Login:
    """One line of the list. `seen_at` is right to an hour."""

    pk: int
    browser: str
    ip: str
    began_at: datetime
    seen_at: datetime
    is_current: bool


def is_note_due(request: HttpRequest) -> bool:
    noted: float = request.session.get(NOTED, 0)
    return timezone.now().timestamp() - noted >= NOTE_EVERY_SECONDS


def note(request: HttpRequest, user: AbstractBaseUser) -> None:
    """Write or renew the row of the session at hand: address, browser, now."""
    now = timezone.now()
    request.session[NOTED] = now.timestamp()
    ip = client_address(request)
    if ip == UNKNOWN:  # of no client: a command, or a test
        return
    if not request.session.session_key:
        request.session.save()
    longest = UserSession._meta.get_field("user_agent").max_length
    agent = request.headers.get("User-Agent", "").replace("\0", "")[:longest]
    try:
        with transaction.atomic():
            UserSession.objects.update_or_create(
                session_key=request.session.session_key,
                defaults={"user_id": user.pk, "ip": ip, "user_agent": agent, "last_seen_at": now},
            )
    except IntegrityError:  # the account is being deleted: what follows finds no reader
        return


def logins_of(user: User, *, current_key: str | None) -> list[Login]:
    """Return where `user` is logged in, the newest use first, at most SHOWN."""
    rows = UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk")[:SHOWN]
    by_key = {row.session_key: row for row in rows}
    valid = _valid_among(by_key, user)
    return [
        Login(
            row.pk,
            name_browser(row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at,
            key == current_key,
        )
        for key, row in by_key.items()
        if key in valid
    ]


def _valid_among(keys: Iterable[str], user: User) -> set[str]:
    """A changed password ends sessions and leaves their rows, until their next request."""
    stored = Session.objects.filter(session_key__in=list(keys), expire_date__gt=timezone.now())
    # Those of an old SECRET_KEY among them: their next request renews them.
    own = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return {
        each.session_key
        for each in stored
        if any(
            constant_time_compare(each.get_decoded().get(HASH_SESSION_KEY, ""), hash_)
            for hash_ in own
        )
    }


def end_login(user: User, pk: int) -> bool:
    """End one login; False when `user` has none of that number."""
    row = UserSession.objects.filter(user=user, pk=pk).first()
    if row is None:
        return False
    _delete([row.session_key])
    security_log.note("sessions_ended", user_id=user.pk, which="one")
    return True


def end_others(request: HttpRequest, user: User) -> None:
    """End all logins of `user` but the one at hand, which gets a new session id."""
    with transaction.atomic():
        _raise_generation(user)
        before = request.session.session_key
        update_session_auth_hash(request, user)
        request.session.save()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)
    forget_ended_of(user)
    security_log.note("sessions_ended", user_id=user.pk, request=request, which="others")


def end_all(user: User) -> None:
    """End every login of `user`."""
    _raise_generation(user)
    forget_ended_of(user)
    security_log.note("sessions_ended", user_id=user.pk, which="all")


def forget_ended_of(user: User, *, but: str | None = None) -> None:
    """Take off the list, and delete, the logins that a new password or generation has ended.

    The one named by `but` stays: its request is under way.
    """
    rows = UserSession.objects.filter(user=user)
    keys = list(rows.values_list("session_key", flat=True))
    stay = _valid_among(keys, user) | {but}
    _delete([key for key in keys if key not in stay])


def forget_ended(now: datetime) -> int:
    """Delete sessions that expired, and rows without a session; return how many of the latter.

    Rows hold addresses of computers, which nobody may keep for longer than they are of use.
    """
    Session.objects.filter(expire_date__lte=now).delete()
    there = Session.objects.filter(session_key=OuterRef("session_key"))
    deleted, _by_model = UserSession.objects.filter(~Exists(there)).delete()
    return int(deleted)


def _raise_generation(user: User) -> None:
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
    user.refresh_from_db(fields=["session_generation"])


def _delete(keys: list[str]) -> None:
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
