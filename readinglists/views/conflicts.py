"""What somebody else wrote meanwhile, beside what was typed here: neither is lost.

The answer is 409 (RFC 9110, 15.5.10); base.html tells htmx to show it like any other.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from readinglists.changing import EditConflictError
from readinglists.forms import SeenForm


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A field as it stands now."""

    name: str
    label: str
    text: str
    is_long: bool


def show_conflict(
    request: HttpRequest,
    form: SeenForm,
    error: EditConflictError,
    *,
    action: str,
    back: str,
    element: str = "",
) -> HttpResponse:
    """Show what stands there now and, in the same form, what was typed; sending it again writes it.

    `form` is bound and valid, its fields named as in `error.current`. `action` is where it is sent,
    `back` leads away without a change, `element` is the id of what htmx swaps, if it does.
    """
    form.has_now_seen(error.version)
    context = {
        "section": "lists",
        "form": form,
        "meanwhile": [_meanwhile(form, *item) for item in error.current.items()],
        "action": action,
        "back": back,
        "element": element,
    }
    return render(request, "readinglists/conflict.html", context, status=409)


def _meanwhile(form: SeenForm, name: str, text: str) -> Meanwhile:
    field = form[name]
    return Meanwhile(name, str(field.label), text, is_long=field.widget_type == "textarea")
