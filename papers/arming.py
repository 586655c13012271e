"""Whether this database is the site, or a copy that was restored from a backup and must keep still.

A copy knows nothing of what the site did after the backup was made: it would send today's issues a
second time, take bounces out of a mailbox that is not its own, and ask arXiv beside the site. So it
does none of that until the operator arms it. Every sender asks here; nothing is cached.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from papers.models import RestoredCopy


class MailHeldError(OSError):
    """No mail leaves a restored copy. An OSError, as is a mail server that is away: whoever
    sends a mail has words for that already, and loses nothing."""


def restored_copy() -> RestoredCopy | None:
    """Return the row of a copy that is not armed yet, None on the site itself. One query."""
    return RestoredCopy.objects.first()


def is_armed() -> bool:
    return not RestoredCopy.objects.exists()


def refuse_unless_armed() -> None:
    """Raise MailHeldError on a copy that nobody armed yet."""
    if not is_armed():
        raise MailHeldError(
            _("This site is a restored copy: it sends no mail until 'manage.py armmail'.")
        )


def disarm(backup_made_at: datetime) -> None:
    """Have this database keep still: it was restored from the backup of that moment."""
    RestoredCopy.objects.update_or_create(id=1, defaults={"backup_made_at": backup_made_at})


def arm() -> None:
    """Let mail and fetching begin. What came due meanwhile is for who calls this to settle."""
    RestoredCopy.objects.all().delete()
