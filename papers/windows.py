"""The lists of the trending pages, and the windows of days over which gains are summed."""

from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class TrendingList(models.TextChoices):
    """The orders in which trending papers are listed; what each goes by: docs/ranking.md."""

    NOW = "now", _("Trending now")
    RISING = "rising", _("Rising")
    TODAY = "today", _("Today")
    WEEK = "week", _("7 days")
    MONTH = "month", _("30 days")
    ALL = "all", _("All time")


class Window(models.TextChoices):
    """A span of whole days in UTC that ends with a given one."""

    TODAY = "today", _("day")
    WEEK = "week", _("week")
    MONTH = "month", _("month")

    @property
    def days(self) -> int:
        return {"today": 1, "week": 7, "month": 30}[self.value]

    def first_day(self, last: date, *, under_way: bool = False) -> date:
        """Return the first day of the window that ends with `last`.

        A day that is `under_way` is not counted: the window is that many whole days and it.
        """
        return last - timedelta(days=self.days - (0 if under_way else 1))
