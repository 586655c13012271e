from datetime import datetime, timedelta

from django import forms
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.follows import clean_name
from accounts.tokens import LONGEST_NAME
from papers.api.scopes import Scope


class Lifetime(models.IntegerChoices):
    """After how many days a token ends by itself."""

    FOR_EVER = 0, _("never")
    WEEK = 7, _("after a week")
    QUARTER = 90, _("after 90 days")
    YEAR = 365, _("after a year")


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"),
        max_length=LONGEST_NAME,
        help_text=_("Such as “script on my laptop”: you will know by it which one to revoke."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may be used for"),
        choices=Scope.choices,
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    lifetime = forms.TypedChoiceField(
        label=_("Ends"), choices=Lifetime.choices, coerce=int, initial=Lifetime.YEAR
    )

    def clean_name(self) -> str:
        name = clean_name(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(gettext("A name needs at least one character."))
        return name

    def expires_at(self, now: datetime) -> datetime | None:
        days: int = self.cleaned_data["lifetime"]
        return now + timedelta(days=days) if days else None
