"""Whether issues wait for the day's batch of papers: an operator's choice (DIGEST_WAIT_MINUTES).

It only says up to which due moment issues may go out; it never touches one.
"""

from datetime import datetime, timedelta

from django.conf import settings

from papers.calendar import last_due_day, read_calendar
from papers.coverage import is_all_here


def released_until(now: datetime) -> datetime:
    """Return the last due moment of issues that may go out at `now`.

    That is `now` itself, but where the setting asks to wait and papers of the newest day that is
    due are known to be missing: then DIGEST_WAIT_MINUTES before it, so that no issue waits longer.
    """
    minutes = settings.DIGEST_WAIT_MINUTES
    if not minutes or is_all_here(settings.ARXIV_CATEGORIES, last_due_day(now, read_calendar())):
        return now
    return now - timedelta(minutes=minutes)
