"""Says at each start what administrators should enter. Reads the database, where there is one."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError
from django.utils import timezone

from papers import calendar


@register(Tags.database)
def check_calendar(databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """Warn of a year whose calendar is missing; nothing before the tables are made."""
    if not databases:
        return []
    try:
        words = calendar.warning(calendar.feed_day(timezone.now()))
    except DatabaseError:
        return []
    hint = "Enter them as an administrator on the page /sources/calendar/."
    return [Warning(words, hint=hint, id="papers.W001")] if words else []
