"""What goes with an operator's change of a reader's account, as with the reader's own.

Whoever had the password or the mailbox of before is told and logged out, and a new address is one
that nobody confirmed. Mail goes once the change is stored. It says that an operator did it, and
nothing of where they did it from.
"""

from collections.abc import Callable
from functools import partial
from smtplib import SMTPException

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, password_changed
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import security_log, sessions
from accounts.digest.schedule import reschedule
from accounts.models import User
from accounts.rights import SWITCHES, Change, compare


def end_old_password(request: HttpRequest, user: User) -> None:
    """Tell the reader that their password was set or taken away; its hash ended their logins."""
    password_changed.send(sender=User, request=request, user=user)
    _tell(request, user, partial(_notify, "account/email/password_changed", user))


@transaction.atomic
def replace_address(request: HttpRequest, user: User, before: str) -> None:
    """Forget all addresses of `user` but the new `user.email`, and end all logins.

    A link to confirm it is mailed there; the address before is told, if it was confirmed.
    """
    rows = EmailAddress.objects.filter(user=user)
    old = rows.filter(email=before, verified=True).first()
    rows.delete()
    new = EmailAddress.objects.create(user=user, email=user.email, primary=True)
    sessions.end_all(user)
    change = {"from_email_address": old, "to_email_address": new}
    email_changed.send(sender=EmailAddress, request=request, user=user, **change)
    if old is not None:
        named = {"from_email": old.email, "to_email": new.email}
        _tell(
            request, user, partial(_notify, "account/email/email_changed", user, old.email, named)
        )
    _tell(request, user, partial(new.send_confirmation, request))


def end_second_step(request: HttpRequest, user: User) -> None:
    """End all logins of a reader whose second step was taken away, and tell them."""
    sessions.end_all(user)
    _tell(request, user, partial(_notify, "mfa/email/removed_by_operator", user))


def give_all_rights(user: User) -> bool:
    """Make an administrator of a reader, whose account is opened; False where they are one."""
    before = {name: getattr(user, name) for name in SWITCHES}
    after = dict.fromkeys(SWITCHES, True)
    if before == after:
        return False
    for name in SWITCHES:
        setattr(user, name, True)
    user.save(update_fields=SWITCHES)
    reschedule(user, timezone.now())
    tell_of_rights(None, user, compare(before, after))
    return True


def tell_of_rights(request: HttpRequest | None, user: User, change: Change) -> None:
    """Note which rights the reader was given or lost, and tell them; a command has no request."""
    if not change:
        return
    by = request.user.pk if request is not None else None
    security_log.note("rights_changed", user_id=by, request=request, row=user.pk, **change.words())

    def mail() -> None:
        _notify("account/email/rights_changed", user, named={"changes": change.sentences()})

    _tell(request, user, mail)


def _notify(
    template: str, user: User, email: str | None = None, named: dict[str, object] | None = None
) -> None:
    """Mail `template` to `email`, else to the reader's main address."""
    to = email or EmailAddress.objects.get_primary_email(user)
    contact = settings.CONTACT.removeprefix("mailto:")
    context = {"by_operator": True, "contact": contact, **(named or {})}
    get_adapter().send_mail(template, to, context)


def _tell(request: HttpRequest | None, user: User, mail: Callable[[], object]) -> None:
    """Send by `mail` once the change is stored, in the reader's language; say so if it fails."""

    def send() -> None:
        try:
            with translation.override(user.mail_language):
                mail()
        # The adapter logged it, and made a page for those who ask for a mail themselves.
        except (ImmediateHttpResponse, OSError, SMTPException):
            words = _("It is stored, but mail to the reader could not be sent.")
            if request is not None:
                messages.warning(request, words)

    transaction.on_commit(send)
