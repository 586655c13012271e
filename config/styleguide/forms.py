"""Forms as they are first shown and as they come back."""

from django import forms
from django.http import QueryDict

from readinglists.forms import FilePaperForm
from readinglists.list_view import ListView


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="A line of text", help_text="What help says stands here.")
    email = forms.EmailField(label="An email address")
    day = forms.DateField(label="A day", widget=forms.DateInput(attrs={"type": "date"}))
    text = forms.CharField(label="A longer text", widget=forms.Textarea(attrs={"rows": 3}))
    choice = forms.ChoiceField(label="One of a few", choices=[("a", "The first"), ("b", "Another")])
    file = forms.FileField(label="A file")
    agrees = forms.BooleanField(label="A box to tick", help_text="And what it means.")
    off = forms.CharField(label="A field that cannot be changed", disabled=True, required=False)


def samples() -> dict[str, object]:
    typed = QueryDict("name=&email=nobody&day=soon&choice=c")
    lists = [(1, "To read"), (2, "On kestrels (with your note)")]
    return {
        "form": SampleForm(auto_id="good_%s", initial={"off": "As it was"}),
        "refused_form": SampleForm(typed, auto_id="bad_%s"),
        "save_form": FilePaperForm(None, choices=lists, holding={1}),
        "view": ListView(state="reading"),
    }
