from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from papers.backfill_scopes import read_scope
from papers.models import Harvest

# arXiv's first papers.
FIRST_MONTH = date(1991, 7, 1)


class MonthInput(forms.TextInput):
    input_type = "month"


class MonthField(forms.Field):
    """A month as browsers send it, `2024-01`; its value is the first day."""

    def __init__(self, **options: Any) -> None:
        widget = MonthInput(attrs={"placeholder": "2024-01", "autocomplete": "off"})
        super().__init__(widget=widget, label_suffix="", **options)

    def to_python(self, value: Any) -> date | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return date.fromisoformat(f"{text}-01")
        except ValueError:
            raise forms.ValidationError(_("Write a month as in 2024-01.")) from None


class BackfillForm(forms.Form):
    interface = forms.ChoiceField(
        label=_("Read by"),
        label_suffix="",
        choices=[
            (Harvest.Interface.OAI_RAW, _("OAI-PMH, by set: for many papers, with versions")),
            (Harvest.Interface.API, _("query API, by category and day of submission")),
        ],
        initial=Harvest.Interface.OAI_RAW,
        widget=forms.RadioSelect,
    )
    scope = forms.CharField(
        label=_("Set or category"),
        label_suffix="",
        max_length=80,
        help_text=_("Such as cs.LG; for OAI-PMH a whole archive too, such as cs or math."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    first_month = MonthField(
        label=_("From"), help_text=_("Papers whose id names an earlier month are left out.")
    )
    last_month = MonthField(
        label=_("To"),
        required=False,
        help_text=_(
            "Empty: until now. OAI-PMH goes by the last change: papers changed later are missed."
        ),
    )

    def clean_scope(self) -> str:
        """As the interface wants it: a set for OAI-PMH, a category for the query API."""
        interface = self.cleaned_data.get("interface", Harvest.Interface.OAI_RAW)
        try:
            return read_scope(self.cleaned_data["scope"], interface=interface)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_first_month(self) -> date:
        first: date = self.cleaned_data["first_month"]
        if first < FIRST_MONTH:
            raise forms.ValidationError(_("arXiv began in 1991-07."))
        if first > timezone.now().date():
            raise forms.ValidationError(_("This month has not begun yet."))
        return first

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first_month"), data.get("last_month")
        if first and last and last < first:
            self.add_error("last_month", _("The last month comes before the first."))
        return data

    @property
    def last_on(self) -> date | None:
        """The last day of the last month, not beyond today; None until now."""
        month: date | None = self.cleaned_data["last_month"]
        if month is None:
            return None
        next_month = (month + timedelta(days=31)).replace(day=1)
        return min(next_month - timedelta(days=1), timezone.now().date())
