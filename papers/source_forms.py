from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from papers import source_changes
from papers.models import Source
from papers.numerals import grouped
from papers.source_changes import LEAST_INTERVAL_MINUTES, Kind, WantedSource

LARGEST_OPML_BYTES = 1_000_000


class AddSourceForm(forms.Form):
    """What to read: `what` as typed, or one of the kinds of which there is only one."""

    what = forms.CharField(
        label=_("Address or category"),
        label_suffix="",
        required=False,
        max_length=600,
        help_text=_("The address of an RSS or Atom feed, or a category of arXiv such as cs.LG."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(
        required=False,
        choices=[("", ""), *((kind.value, kind.label) for kind in source_changes.ONLY_ONE)],
        widget=forms.HiddenInput,
    )
    wanted: WantedSource

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        kind = data.get("kind", "")
        try:
            self.wanted = (
                source_changes.only_one(Kind(kind))
                if kind
                else source_changes.read_wanted(data.get("what", ""))
            )
            source_changes.missing_kinds(self.wanted)
        except ValueError as error:
            self.add_error("what", str(error))
        return data


class SaveSourceForm(AddSourceForm):
    title = forms.CharField(required=False, widget=forms.HiddenInput)


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]
    """The name under which a source is shown, and how often it is read."""

    class Meta:
        model = Source
        fields = ["title", "interval_minutes"]
        labels = {"title": _("Name"), "interval_minutes": _("Minutes between two readings")}
        help_texts = {
            "title": _("Empty: what the source calls itself."),
            "interval_minutes": _("At least 60; empty: as usual."),
        }

    def __init__(self, data: QueryDict | None = None, **named: Any) -> None:
        super().__init__(data, label_suffix="", **named)

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean_interval_minutes(self) -> int | None:
        return check_interval(self.cleaned_data["interval_minutes"])


def check_interval(minutes: int | None) -> int | None:
    if minutes is not None and not LEAST_INTERVAL_MINUTES <= minutes <= 31 * 24 * 60:
        raise forms.ValidationError(
            _("From 60 minutes to 31 days (44,640 minutes): feeds are read politely.")
        )
    return minutes


class SourceAdminForm(forms.ModelForm):  # type: ignore[type-arg]
    """As the site's own pages check a source; for Django's admin."""

    class Meta:
        model = Source
        fields = ["kind", "key", "title", "is_active", "interval_minutes", "next_due_at"]

    def clean_interval_minutes(self) -> int | None:
        return check_interval(self.cleaned_data["interval_minutes"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "kind" in data and "key" in data:
            try:
                data["key"] = source_changes.check_key(data["kind"], data["key"])
            except ValueError as error:
                self.add_error("key", str(error))
        return data


class OpmlForm(forms.Form):
    file = forms.FileField(
        label=_("OPML file"),
        label_suffix="",
        help_text=_("As other feed readers write it; at most 1 MB."),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty."),
        },
    )

    def clean_file(self) -> bytes:
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST_OPML_BYTES:
            size = upload.size / 1_000_000
            raise forms.ValidationError(
                _("The file has %(size)s MB; at most 1 MB is read."),
                params={"size": grouped(size, 1)},
            )
        return bytes(upload.read())
