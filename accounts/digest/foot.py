"""What the foot of an issue says of papers that have not come: nothing when all of them have.

It decides which day is meant and puts the ledger's sentences in one line; what they say is decided
in papers/coverage/strip.py.
"""

from datetime import datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from papers.calendar import last_due_day, read_calendar
from papers.coverage import lines_for_digest


def coverage_line(now: datetime) -> str:
    """Say what is missing of the newest batch due at `now`; "" when nothing is known to be.

    The same for all readers: of the categories that the site reads. Five queries.
    """
    day = last_due_day(now, read_calendar())
    lines = lines_for_digest(settings.ARXIV_CATEGORIES, day)
    if not lines:
        return ""
    words = {"day": date_format(day, "l, j F"), "lines": " ".join(lines)}
    return _("Not all papers of %(day)s are known to have come. %(lines)s") % words
