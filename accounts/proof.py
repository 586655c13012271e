"""A code by mail, for readers without a password who are to prove who they are once more.

Allauth asks others for their password or second step; of those who have neither it asks nothing, so
AccountAdapter asks here. The session holds the code's keyed hash, how long it lasts and how many
tries are left; nothing is written elsewhere. Who logged in by a mailed code just now has proved it.
"""

import secrets
import time
from smtplib import SMTPException

from allauth.account import app_settings
from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts import security_log
from accounts.limits import CacheAwayError, Limit, take
from accounts.mail import post
from accounts.models import User
from papers import letters

KEY = "proof_by_code"
METHOD = "code"  # as allauth calls a login by a mailed code
LASTS_SECONDS = 15 * 60
TRIES = 5
MAILS_A_READER = Limit("proof-mail", amount=5, window_seconds=3600)


class CannotProve(ValueError):
    """The message is in words for the reader."""


def needs_code(user: AbstractBaseUser) -> bool:
    """Whether a mailed code is all that a reader can prove themselves by."""
    return not get_reauthentication_flows(user)


def is_due(request: HttpRequest) -> bool:
    """Whether the reader is to prove themselves by a code before something that matters."""
    user = request.user
    if not isinstance(user, User) or not needs_code(user):
        return False
    moments = [
        record["at"]
        for record in get_authentication_records(request, user)
        if record["method"] == METHOD
    ]
    return not moments or time.time() - moments[-1] > app_settings.REAUTHENTICATION_TIMEOUT


def note_proof(request: HttpRequest, user: User) -> None:
    record_authentication(request, user, METHOD, email=user.email, reauthenticated=True)


def send_code(request: HttpRequest, user: User) -> None:
    """Mail a new code of eight digits, in place of one before. Raises CannotProve in words."""
    code = f"{secrets.randbelow(10**8):08}"
    context = {"code": code, "minutes": LASTS_SECONDS // 60}
    message = letters.write("proof_code", to=user.email, context=context)
    try:
        if not take(MAILS_A_READER, str(user.pk)):
            raise CannotProve(_("Several codes were mailed within an hour. Please wait a while."))
        post(message)
    except (CacheAwayError, OSError, SMTPException) as error:
        words = _("We cannot send mail just now. Please try again in a minute.")
        raise CannotProve(words) from error
    until = timezone.now().timestamp() + LASTS_SECONDS
    request.session[KEY] = {"hash": _hash(code, user), "until": until, "tries": TRIES}


def was_sent(request: HttpRequest) -> bool:
    kept = request.session.get(KEY)
    return bool(kept and kept["until"] > timezone.now().timestamp() and kept["tries"] > 0)


def check_code(request: HttpRequest, user: User, code: str) -> None:
    """Raise CannotProve, in words, unless `code` is the one that was mailed last. It works once."""
    if not was_sent(request):
        raise CannotProve(_("No code is valid any more. Please ask for a new one."))
    kept = request.session[KEY]
    given = "".join(code.split())
    if constant_time_compare(kept["hash"], _hash(given, user)):
        del request.session[KEY]
        return
    request.session[KEY] = {**kept, "tries": kept["tries"] - 1}
    security_log.note("proof_failed", user_id=user.pk, request=request, is_refusal=True, by=METHOD)
    raise CannotProve(_("This is not the code that we mailed."))


def _hash(code: str, user: User) -> str:
    return salted_hmac("accounts.proof", f"{user.pk}:{code}", algorithm="sha256").hexdigest()
