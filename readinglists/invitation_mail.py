"""The mail with an invitation. It is sent after the invitation was stored, never in a transaction:
a mail server that is away loses no invitation."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from papers import letters
from papers.arming import refuse_unless_armed
from papers.limits import CacheAwayError, Limit, take
from papers.mailing import harmless, post
from readinglists.addresses import gets_no_mail, language_of
from readinglists.invitations import LASTS, Asked

# From however many owners: nobody's mailbox is filled by strangers.
AN_ADDRESS = Limit("invitation-address", amount=3, window_seconds=86_400)

logger = logging.getLogger(__name__)


class NotMailedError(Exception):
    """The message says in words why; the invitation stands all the same."""


def send(asked: Asked) -> None:
    """Hand the mail over. An address that gets no mail at all is passed over without a word, as
    nobody may learn of it here.

    Raises NotMailedError when the mail server is away, or the address was invited three times
    within a day.
    """
    email = asked.invitation.email
    gets_none = gets_no_mail(email)
    try:
        # Counted for whom no mail goes to as well: else the fourth invitation would tell.
        if not take(AN_ADDRESS, email):
            raise NotMailedError(
                _("This address was invited often today. The invitation stands, without a mail.")
            )
        message = build(asked)
        if gets_none:
            refuse_unless_armed()  # asks what `post` asks: else the time would tell
        else:
            post(message)
    except (CacheAwayError, OSError, SMTPException) as error:
        logger.error("An invitation could not be mailed: %r", error)
        raise NotMailedError(
            _("The mail could not be sent just now. The invitation stands: send it again later.")
        ) from error


def build(asked: Asked) -> EmailMessage:
    """Return the mail to one recipient."""
    invitation = asked.invitation
    path = reverse("readinglists:invitation", args=[asked.token])
    context = {
        "title": harmless(invitation.reading_list.title),
        "invited_by": invitation.invited_by.get_username(),
        "role": invitation.role,
        "link": f"{settings.SITE_URL}{path}",
        "days": LASTS.days,
    }
    # The mail of who may read it, not of who invites: only they learn that the site knows them.
    with translation.override(language_of(invitation.email)):
        return letters.write("invitation", to=invitation.email, context=context)
