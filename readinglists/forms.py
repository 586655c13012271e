from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from papers.mailing import can_be_mailed
from readinglists.models import ReadingList, Role, ShareLink
from readinglists.publishing import ORDERS
from readinglists.tags import read_tags

_ROLES = [(Role.VIEWER, _("read the list")), (Role.EDITOR, _("read and edit the list"))]


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


class SeenField(forms.IntegerField):
    """The version that whoever types saw. Without one, or with nonsense, they saw none: their text
    then comes back beside what stands there, and is never lost."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def clean(self, value: Any) -> int:
        try:
            return super().clean(value) or 0
        except forms.ValidationError:
            return 0


class SeenForm(forms.Form):
    """A text that several may change: `seen` in the initial data is its version."""

    seen = SeenField()

    @property
    def texts(self) -> dict[str, Any]:
        """What was typed, by field."""
        return {name: text for name, text in self.cleaned_data.items() if name != "seen"}

    def has_now_seen(self, version: int) -> None:
        """Let the same form, sent again, carry this version."""
        typed = {name: self.data[name] for name in self.data}
        self.data = {**typed, self.add_prefix("seen"): str(version)}


class ReadingListForm(forms.Form):
    title = TitleField(label=_("Title"))
    description = LongTextField(
        longest=5000,
        label=_("Description"),
        help_text=_("Markdown: *slanted*, **bold**, [text](https://…), # heading, - item."),
    )


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


class DetailsForm(SeenForm, ReadingListForm):
    """Title and description of a list that there is."""


class InListForm(SeenForm):
    """The text of something in a list. The form names the list, so that where the thing is gone
    when it is sent, its writer finds the way back (views/lost_texts.py)."""

    reading_list = forms.CharField(required=False, widget=forms.HiddenInput)


class NoteForm(InListForm):
    note = LongTextField(longest=5000, label=_("Note"))


class OwnNoteForm(SeenForm):
    own_note = LongTextField(longest=5000, label=_("Own note"), help_text=_("Seen by nobody else."))


class TagsField(forms.CharField):
    """Tags as tags.py reads them; cleaned, a list."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            label=_("Tags"),
            label_suffix="",
            help_text=_("Separated by commas; at most 20."),
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"autocomplete": "off"}

    def clean(self, value: Any) -> list[str]:
        try:
            return read_tags(str(super().clean(value) or ""))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class TagsForm(InListForm):
    tags = TagsField()


class HeadingField(TitleField):
    def __init__(self) -> None:
        super().__init__(label=_("Heading"))
        self.error_messages["required"] = _("Give the heading a text.")
        self.error_messages["max_length"] = _(
            "A heading has at most %(limit_value)d characters, not %(show_value)d."
        )
        self.validators[0].message = self.error_messages["max_length"]  # type: ignore[attr-defined]


class HeadingForm(InListForm):
    title = HeadingField()


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("They may"), choices=_ROLES)


class InvitationForm(RoleForm):
    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        label_suffix="",
        error_messages={
            "required": _("Type the email address of whom you invite."),
            "invalid": _("This does not look like an email address: please check it."),
        },
    )
    field_order = ("email", "role")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if not can_be_mailed(email):
            raise forms.ValidationError(_("No mail can be sent to this address: please check it."))
        return email


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
        self.holds = bool(holding)

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
