"""The whole form of a reader's digest: when it comes, what it holds, how it looks."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import mutes
from accounts.models import DigestSection, Mute, all_sections
from accounts.schedule_form import ScheduleForm

DAILY, WEEKLY = "daily", "weekly"
OFF = 0
_PLACES = [(OFF, _("off")), *((place, str(place)) for place in range(1, len(DigestSection) + 1))]
_MUTED = {
    "muted_words": (Mute.Kind.WORD, _("Words or phrases"), _("In title or abstract.")),
    "muted_authors": (Mute.Kind.AUTHOR, _("Authors"), _("A whole name, or the family name.")),
    "muted_categories": (
        Mute.Kind.CATEGORY,
        _("Categories"),
        _("Papers whose first category it is: cs.RO, or cs for all of cs."),
    ),
}


class PreferencesForm(ScheduleForm):
    rhythm = forms.ChoiceField(
        label=_("How often"),
        choices=[(DAILY, _("On each of these days")), (WEEKLY, _("Once a week, on this day"))],
        widget=forms.RadioSelect,
    )

    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As my browser says")), *settings.LANGUAGES],
        help_text=_("Of these pages, and of the mails to you."),
    )

    class Meta(ScheduleForm.Meta):
        fields: ClassVar = [
            "digest_enabled",
            *ScheduleForm.Meta.fields,
            "digest_only_matches",
            "digest_backlog",
            "digest_text_only",
            "language",
        ]
        labels: ClassVar = {"digest_enabled": _("Send me the daily digest by mail")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        reader = self.instance
        self.fields["rhythm"].initial = WEEKLY if len(reader.digest_days) == 1 else DAILY
        for key, label in DigestSection.choices:
            place = _place(reader.digest_sections, key)
            self.fields[_name(key)] = forms.TypedChoiceField(
                label=label, choices=_PLACES, coerce=int, initial=place
            )
        kept = mutes.listed(reader)
        for name, (kind, label, help_text) in _MUTED.items():
            self.fields[name] = forms.CharField(
                label=label,
                help_text=help_text,
                required=False,
                max_length=2 * mutes.MOST * Mute.LONGEST,
                initial="\n".join(kept[kind]),
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def section_fields(self) -> Iterator[BoundField]:
        """In the order in which they are shown in an issue, those that are off last."""
        shown = [*self.instance.digest_sections]
        off = [key for key in all_sections() if key not in shown]
        return (self[_name(key)] for key in (*shown, *off))

    def muted_fields(self) -> Iterator[BoundField]:
        return (self[name] for name in _MUTED)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("rhythm") == WEEKLY and len(cleaned.get("digest_days", [])) > 1:
            self.add_error("digest_days", gettext("Once a week: choose one day."))
        places = [cleaned.get(_name(key)) for key in all_sections()]
        if cleaned.get("digest_enabled") and not any(places):
            message = gettext("Leave at least one section on, or switch the digest off.")
            self.add_error(_name(all_sections()[0]), message)
        for name, (kind, _label, _help) in _MUTED.items():
            try:
                cleaned[name] = mutes.read_lines(kind, cleaned.get(name, ""))
            except ValidationError as error:
                self.add_error(name, error)
        return cleaned

    def write(self) -> None:
        self.instance.digest_sections = self._sections()
        self.instance.save(update_fields=[*self.Meta.fields, "digest_sections"])
        muted: dict[str, list[str]] = {
            kind: self.cleaned_data[name] for name, (kind, *_words) in _MUTED.items()
        }
        mutes.replace(self.instance, muted)

    def _sections(self) -> list[str]:
        places = {key: self.cleaned_data[_name(key)] for key in all_sections()}
        before = [*self.instance.digest_sections, *all_sections()]

        def order(key: str) -> tuple[int, int, int]:
            """Of two in one place the one that was moved there gets it, from below or above."""
            old = _place(self.instance.digest_sections, key) or len(places) + 1
            moved = (places[key] > old) - (places[key] < old)
            return places[key], moved, before.index(key)

        return sorted((key for key in places if places[key] != OFF), key=order)


def _name(section: str) -> str:
    return f"section_{section}"


def _place(sections: list[str], key: str) -> int:
    return sections.index(key) + 1 if key in sections else OFF
