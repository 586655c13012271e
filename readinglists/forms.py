from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from readinglists.models import ShareLink
from readinglists.publishing import ORDERS


def _lines(text: str) -> str:
    """Browsers send each line break as two characters; a reader counts it as one."""
    return text.replace("\r\n", "\n")


class LongTextField(forms.CharField):
    """Text of several lines. It has no maxlength attribute: with one, a browser silently cuts
    what is pasted; here too long a text comes back whole, with its length."""

    def __init__(self, *, longest: int, rows: int = 4, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(required=False, widget=widget, label_suffix="", **options)
        self.longest = longest

    def to_python(self, value: Any) -> str:
        return _lines(str(super().to_python(value) or ""))

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.longest:
            raise forms.ValidationError(
                _("This has %(length)s characters; at most %(longest)s can be kept."),
                params={"length": len(value), "longest": self.longest},
            )


class TitleField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        messages = {
            "required": _("Give the list a title."),
            "max_length": _("A title has at most %(limit_value)d characters, not %(show_value)d."),
        }
        super().__init__(max_length=200, error_messages=messages, label_suffix="", **options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"autocomplete": "off"}

    def to_python(self, value: Any) -> str:
        return " ".join(str(super().to_python(value) or "").split())


class ReadingListForm(forms.Form):
    title = TitleField(label=_("Title"))
    description = LongTextField(longest=5000, label=_("Description"))


class LinkForm(forms.Form):
    """What a link is. `expires_on` is the last day on which it works, in its owner's zone."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        required=False,
        label_suffix="",
        help_text=_("For you only: who has it, or what it is for."),
    )
    can_edit = forms.ChoiceField(
        label=_("Whoever has it may"),
        choices=[("", _("read the list")), ("edit", _("join as an editor, logged in"))],
        required=False,
        label_suffix="",
    )
    needs_login = forms.BooleanField(
        label=_("Only for those who are logged in"), required=False, label_suffix=""
    )
    expires_on = forms.DateField(
        label=_("Works until the end of"),
        required=False,
        label_suffix="",
        help_text=_("Empty: until you revoke it."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the day as 2026-12-31.")},
    )

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data["expires_on"]
        if day is not None and not timezone.localdate() <= day <= date.max - timedelta(days=2):
            raise forms.ValidationError(_("That day is past. Choose today or a later day."))
        return day

    @property
    def terms(self) -> dict[str, Any]:
        """What `sharing.make_link` and `change_link` take."""
        terms = dict(self.cleaned_data)
        day = terms.pop("expires_on")
        can_edit = terms["can_edit"] == "edit"
        return terms | {"can_edit": can_edit, "expires_at": _end_of(day) if day else None}

    @classmethod
    def initial_of(cls, link: ShareLink) -> dict[str, Any]:
        ends = link.expires_at
        return {
            "name": link.name,
            "can_edit": "edit" if link.can_edit else "",
            "needs_login": link.needs_login,
            "expires_on": timezone.localtime(ends - timedelta(seconds=1)).date() if ends else None,
        }


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


class BylineForm(forms.Form):
    """`seen` is the list's version that the page showed."""

    byline = forms.CharField(
        label=_("Made by"),
        max_length=100,
        required=False,
        label_suffix="",
        help_text=_("Shown to whoever can read the list. Empty: nobody is named."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def clean_byline(self) -> str:
        return " ".join(str(self.cleaned_data["byline"]).split())


class DirectoryForm(forms.Form):
    """Which public lists, in which order. What cannot be is left out, not refused."""

    q = forms.CharField(label=_("Words"), max_length=200, required=False, label_suffix="")
    sort = forms.ChoiceField(
        label=_("Order"), choices=list(ORDERS.items()), required=False, label_suffix=""
    )


class NoteForm(forms.Form):
    note = LongTextField(longest=5000, label=_("Note"))


class FilePaperForm(forms.Form):
    """Which of a reader's lists hold a paper. `was` says what the page showed: only what the
    reader ticked or unticked changes, not what another tab did meanwhile."""

    lists = forms.TypedMultipleChoiceField(
        label=_("Lists"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("One of these lists is gone. Please choose again.")},
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput)
    new_title = TitleField(label=_("New list"), required=False)

    def __init__(
        self, data: QueryDict | None, *, choices: list[tuple[int, str]], holding: set[int]
    ) -> None:
        was = ",".join(str(pk) for pk in sorted(holding))
        super().__init__(data, initial={"lists": sorted(holding), "was": was})
        self.fields["lists"].choices = choices  # type: ignore[attr-defined]
        self._ids = {pk for pk, _title in choices}

    def clean_was(self) -> set[int]:
        parts = set(self.cleaned_data["was"].split(","))
        return {pk for pk in self._ids if str(pk) in parts}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self._ids and not data.get("new_title") and "new_title" not in self.errors:
            self.add_error("new_title", _("Give the list a title."))
        return data

    @property
    def added(self) -> set[int]:
        was: set[int] = self.cleaned_data["was"]
        return set(self.cleaned_data["lists"]) - was

    @property
    def removed(self) -> set[int]:
        was: set[int] = self.cleaned_data["was"]
        return was - set(self.cleaned_data["lists"])
