from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import SettingsForm

LONGEST_PAUSE = timedelta(days=366)


class ManageForm(SettingsForm):
    """What may be changed by the link in a mail: of the settings those of when and how much."""

    paused_until = forms.DateField(
        label=_("Pause: no mail before"),
        help_text=_("Leave it empty to go on."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta(SettingsForm.Meta):
        fields = ["digest_hour", "timezone", "digest_days", "digest_size", "paused_until"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Fields that the settings form declares for itself would be inherited.
        self.fields = {name: self.fields[name] for name in self.Meta.fields}
        days = self.fields["digest_days"]
        days.required = True
        days.error_messages["required"] = gettext("Choose at least one day, or stop the mail.")

    def clean_paused_until(self) -> date | None:
        """A day that has come is no pause."""
        day: date | None = self.cleaned_data["paused_until"]
        today = timezone.now().astimezone(self.instance.zone).date()
        if day is None or day <= today:
            return None
        if day - today > LONGEST_PAUSE:
            raise forms.ValidationError(
                gettext("A pause lasts a year at most: to stop for longer, stop the mail.")
            )
        return day
