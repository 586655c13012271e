"""arXiv's holidays of 2026, and batches that claimed to be complete without anybody's word.

Source: https://info.arxiv.org/help/availability.html, as of November 2026.
"""

from datetime import date
from typing import Any

from django.db import migrations

YEAR = 2026
HOLIDAYS = {
    date(2026, 1, 1): "New Year's Day",
    date(2026, 1, 19): "Martin Luther King Jr. Day",
    date(2026, 6, 19): "Juneteenth",
    date(2026, 7, 3): "Independence Day",
    date(2026, 9, 7): "Labor Day",
    date(2026, 11, 26): "Thanksgiving",
    date(2026, 12, 25): "Christmas",
    date(2026, 12, 29): "Winter break",
    date(2026, 12, 31): "Winter break",
}


def fill(apps: Any, schema_editor: Any) -> None:
    apps.get_model("papers", "CalendarYear").objects.get_or_create(year=YEAR)
    holidays = apps.get_model("papers", "Holiday")
    for day, name in HOLIDAYS.items():
        holidays.objects.get_or_create(day=day, defaults={"name": name})
    batches = apps.get_model("papers", "Batch").objects.filter(expected=None)
    batches.filter(received=0).update(state="none_today")
    batches.filter(received__gt=0).update(state="unknown")


def keep(apps: Any, schema_editor: Any) -> None:
    """The tables go with the migration before this one."""


class Migration(migrations.Migration):
    dependencies = [("papers", "0003_feeds")]
    operations = [migrations.RunPython(fill, keep)]
