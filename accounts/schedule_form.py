"""The form of when a digest comes and how much it holds: all that a link in a mail may change."""

from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.digest.schedule import reschedule
from accounts.models import User
from accounts.timezones import timezone_choices

HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]
LONGEST_PAUSE = timedelta(days=731)


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]
    digest_hour = forms.TypedChoiceField(label=_("Hour"), choices=HOURS, coerce=int)
    digest_days = forms.TypedMultipleChoiceField(
        label=_("Days"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        error_messages={"invalid_choice": _("“%(value)s” is not a time zone we know.")},
    )
    paused_until = forms.DateField(
        label=_("Pause until"),
        required=False,
        help_text=_("The first issue after the pause comes on this day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = User
        fields: ClassVar = ["digest_hour", "timezone", "digest_days", "digest_size", "paused_until"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["timezone"]
        if isinstance(field, forms.ChoiceField):
            field.choices = timezone_choices(current=self.instance.timezone)
        if "digest_size" in self.fields:
            self.fields["digest_size"].widget.attrs["min"] = 1
        until = self.instance.paused_until
        if until is not None and until <= self._today():
            self.initial["paused_until"] = None

    def clean_paused_until(self) -> date | None:
        until: date | None = self.cleaned_data["paused_until"]
        if until is None:
            return None
        today = self._today()
        if until <= today:
            raise ValidationError(gettext("This day is not ahead: leave it empty to go on."))
        if until > today + LONGEST_PAUSE:
            raise ValidationError(gettext("Two years ahead is the most: switch the digest off."))
        return until

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("digest_enabled", True) and cleaned.get("digest_days") == []:
            message = gettext("Choose at least one day, or switch the digest off.")
            self.add_error("digest_days", message)
        return cleaned

    @transaction.atomic
    def keep(self) -> None:
        """Write what was asked, and when the next issue is due."""
        self.write()
        reschedule(self.instance, timezone.now())

    def write(self) -> None:
        # The digest's workers write next_due_at meanwhile: only what the form asks is written.
        self.instance.save(update_fields=list(self.Meta.fields))

    def _today(self) -> date:
        return timezone.now().astimezone(self.instance.zone).date()


class FirstScheduleForm(ScheduleForm):
    """What a new reader is asked: hour, days, zone. To answer is to want the mail."""

    paused_until = None  # type: ignore[assignment]

    class Meta(ScheduleForm.Meta):
        fields: ClassVar = ["digest_hour", "timezone", "digest_days"]

    def write(self) -> None:
        self.instance.switch_digest(on=True)
        self.instance.save(update_fields=[*self.Meta.fields, "digest_enabled"])
