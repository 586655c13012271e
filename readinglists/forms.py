from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from readinglists.models import ReadingList


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


class AddThisForm(forms.Form):
    """A paper of another site's page, and the list it goes into: one that is there or a new one."""

    text = forms.CharField(
        label=_("Address, DOI or arXiv id"), max_length=2000, label_suffix="", strip=True
    )
    into = forms.ChoiceField(
        label=_("List"), required=False, widget=forms.RadioSelect, label_suffix=""
    )
    new_title = TitleField(label=_("Title of the new list"), required=False)
    note = LongTextField(longest=5000, rows=3, label=_("Note"))

    def __init__(self, *args: Any, lists: Sequence[ReadingList], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(str(each.pk), each.title) for each in lists]
        into = self.fields["into"]
        assert isinstance(into, forms.ChoiceField)  # noqa: S101
        into.choices = [*choices, ("", _("A new list"))]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "into" in cleaned and not cleaned["into"] and not cleaned.get("new_title"):
            self.add_error("new_title", _("Give the list a title, or choose one."))
        return cleaned
