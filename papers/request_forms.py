from django import forms
from django.utils.translation import gettext_lazy as _


class AddPaperForm(forms.Form):
    text = forms.CharField(
        label=_("arXiv id, DOI or address"),
        label_suffix="",
        max_length=600,
        help_text=_("Such as 2603.01234, 10.1000/182, or the address of the paper's page."),
        error_messages={
            "required": _("Paste an arXiv id, a DOI or the address of a paper's page.")
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
