"""What was done, with a button that undoes it; scripts let it float and, after 10 s, go away."""

from django.contrib import messages
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from readinglists.models import ListChange, ReadingList


def offer_undo(request: HttpRequest, text: str, change: ListChange | None) -> None:
    """Say what was done; where it can be undone, with a button."""
    if change is None or not change.can_be_undone:
        messages.success(request, text)
        return
    offer_undo_at(request, text, reverse("readinglists:undo", args=[change.pk]))


def offer_restore(request: HttpRequest, text: str, reading_list: ReadingList) -> None:
    """Say that a list went into the bin, with a button that takes it out."""
    offer_undo_at(request, text, reverse("readinglists:restore", args=[reading_list.pk]))


def offer_undo_at(request: HttpRequest, text: str, address: str) -> None:
    """Say what was done, with a button that posts to `address`."""
    button = format_html(
        '<span>{}</span> <button type="submit" form="act" formaction="{}">{}</button>',
        text,
        address,
        _("Undo"),
    )
    messages.success(request, button, extra_tags="undo")


def render_toasts(request: HttpRequest) -> SafeString:
    """Return what is to be said, for an answer of which htmx takes a part only."""
    return render_to_string("readinglists/_toasts.html", request=request)
