from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from papers.numerals import grouped
from readinglists.forms import LongTextField, TitleField
from readinglists.imports.records import MOST_BYTES
from readinglists.models import ReadingList

if TYPE_CHECKING:
    Upload = UploadedFile[bytes]
else:
    Upload = UploadedFile

# Django reads no more of a form's fields than 2.5 MB; files are not bounded by that.
LONGEST_TEXT = 500_000


class TargetForm(forms.Form):
    """Into which list: one of `lists`, or a new one."""

    into = forms.ChoiceField(
        label=_("Put them into"),
        label_suffix="",
        required=False,
        error_messages={"invalid_choice": _("This list is gone. Please choose again.")},
    )
    new_title = TitleField(
        label=_("Title of the new list"),
        required=False,
        help_text=_("If it is to be a new one."),
    )

    def __init__(
        self, *args: Any, lists: Sequence[ReadingList], into: str = "", **options: Any
    ) -> None:
        options["initial"] = {"into": into, **options.get("initial", {})}
        super().__init__(*args, **options)
        self._lists = {str(each.pk): each for each in lists}
        self.fields["into"].choices = [  # type: ignore[attr-defined]
            ("", _("a new list")),
            *((pk, each.title) for pk, each in self._lists.items()),
        ]

    @property
    def target(self) -> ReadingList | None:
        return self._lists.get(self.cleaned_data["into"])


class ImportForm(TargetForm):
    """A file, or a text that names papers."""

    file = forms.FileField(
        label=_("A file"),
        label_suffix="",
        required=False,
        allow_empty_file=True,
        help_text=_(
            "BibTeX, RIS, CSL JSON, Zotero RDF or CSV, a table, tags of arxiv-sanity, a browser's "
            "bookmarks, Markdown or any text; at most 20 MB and 20,000 papers."
        ),
    )
    text = LongTextField(
        longest=LONGEST_TEXT,
        rows=6,
        label=_("Or a text"),
        help_text=_("arXiv ids, DOIs and addresses are found anywhere in it."),
    )
    field_order = ["file", "text", "into", "new_title"]

    @classmethod
    def of(cls, request: HttpRequest, lists: Sequence[ReadingList]) -> "ImportForm":
        if request.method == "POST":
            return cls(request.POST, request.FILES, lists=lists)
        return cls(lists=lists, into=request.GET.get("list", ""))

    def clean_file(self) -> Upload | None:
        upload: Upload | None = self.cleaned_data["file"]
        if upload is not None and (upload.size or 0) > MOST_BYTES:
            size = (upload.size or 0) / 1_000_000
            raise forms.ValidationError(
                _("The file has %(size)s MB; at most 20 MB are read."),
                params={"size": grouped(size, 1)},
            )
        return upload

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        has_text = bool(data.get("text", "").strip()) or "text" in self.errors
        if not data.get("file") and not has_text and "file" not in self.errors:
            self.add_error("file", _("Choose a file, or paste a text below."))
        elif data.get("file") and has_text:
            self.add_error("text", _("Give a file or a text, not both: one import at a time."))
        return data

    @property
    def data_given(self) -> bytes:
        upload: Upload | None = self.cleaned_data["file"]
        return bytes(upload.read()) if upload else str(self.cleaned_data["text"]).encode()

    @property
    def file_name(self) -> str:
        upload: Upload | None = self.cleaned_data["file"]
        return (upload.name or "") if upload else ""
