"""How often a reader may have an archive written or read: each costs as much as many pages.

Figures: a whole archive of 10,000 papers takes seconds of a worker of the web server, and one that
is uploaded may unpack to 40 MB.
"""

from django.utils.translation import gettext as _

from accounts.limits import CacheAwayError, Limit, take
from accounts.models import User

DOWNLOADS = Limit("archive-downloads", amount=10, window_seconds=3600)
UPLOADS = Limit("archive-uploads", amount=20, window_seconds=3600)


class TooManyArchives(ValueError):
    """The message is in words for the reader."""


def take_download(user: User) -> None:
    """Raise TooManyArchives, in words, after ten archives within an hour."""
    _take(
        DOWNLOADS,
        user,
        _("You downloaded %d archives within an hour. Please wait a while: nothing is lost."),
    )


def take_upload(user: User) -> None:
    """Raise TooManyArchives, in words, after twenty files within an hour."""
    _take(UPLOADS, user, _("You sent %d files within an hour. Please wait a while."))


def _take(limit: Limit, user: User, words: str) -> None:
    try:
        is_free = take(limit, str(user.pk))
    except CacheAwayError as error:
        raise TooManyArchives(
            _("This cannot be done just now. Please try again in a minute.")
        ) from error
    if not is_free:
        raise TooManyArchives(words % limit.amount)
