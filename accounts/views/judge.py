from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import mutes
from accounts.digest import feedback
from accounts.digest.links import JUDGE
from accounts.digest.unsubscribe import masked
from accounts.models import Mute, User
from papers.latex import to_text
from papers.merging import find_merged
from papers.models import Paper
from papers.row_numbers import read_row_number

MOST_AUTHORS = 12


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def judge(request: HttpRequest, token: str, paper_id: int) -> HttpResponse:
    reader = JUDGE.find_reader(token, timezone.now())
    paper = Paper.objects.filter(pk=paper_id).first() or find_merged(paper_id)
    if reader is None or paper is None:
        return render(request, "accounts/judge_bad_link.html", {"reader": reader}, status=404)
    if request.method == "POST":
        try:
            messages.success(request, _change(request, reader, paper))
        except ValidationError as error:
            return _page(request, reader, paper, error=error.messages[0])
        return redirect("accounts:judge", token, paper.pk)
    return _page(request, reader, paper)


def _change(request: HttpRequest, reader: User, paper: Paper) -> str:
    """Do what the pressed button says; return what was done. Raises ValidationError in words."""
    wish, value = request.POST.get("wish", ""), request.POST.get("value", "")
    if wish in ("more", "less"):
        feedback.say(reader, paper, wants_more=wish == "more")
        if wish == "more":
            return _("Noted: your next issues hold more like this one.")
        return _("Noted: your next issues hold less like this one.")
    if wish == "back":
        feedback.take_back(reader, paper)
        return _("Taken back: this paper changes nothing any more.")
    if wish == "unmute" and request.user == reader:
        Mute.objects.filter(user=reader, pk=read_row_number(value) or 0).delete()
        return _("No longer muted.")
    if wish in Mute.Kind.values:
        mutes.add(reader, wish, value)
        return _("Muted: %s. No issue holds such a paper from now on.") % " ".join(value.split())
    raise ValidationError(_("Please press one of the buttons."))


def _page(request: HttpRequest, reader: User, paper: Paper, error: str = "") -> HttpResponse:
    context = {
        "paper": paper,
        "title": to_text(paper.title),
        "address": masked(reader.email),
        "said": feedback.said(reader, paper),
        "authors": paper.authors[:MOST_AUTHORS],
        # The mail may have been forwarded: what is muted is shown to its reader alone.
        "is_reader": request.user == reader,
        "mutes": Mute.objects.filter(user=reader) if request.user == reader else (),
        "error": error,
        "typed": request.POST.get("value", "") if error else "",
    }
    return render(request, "accounts/judge.html", context, status=422 if error else 200)
