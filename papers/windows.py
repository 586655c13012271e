"""The time windows of the trending page, counted back from the newest announcement day."""

from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class Window(models.TextChoices):
    TODAY = "today", _("Today")
    WEEK = "week", _("7 days")
    MONTH = "month", _("30 days")
    ALL = "all", _("All time")

    def first_day(self, newest: date) -> date | None:
        """Return the first day of the window that ends on `newest`; None: no beginning."""
        days = {"today": 1, "week": 7, "month": 30}.get(self.value)
        return None if days is None else newest - timedelta(days=days - 1)
