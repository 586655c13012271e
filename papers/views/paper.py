from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from papers import citing, kept, marks, shelves
from papers.cards import Onlooker, render_vote_button
from papers.growth import chart_growth
from papers.htmx import HtmxHttpRequest
from papers.identifiers import parse_arxiv_id
from papers.models import Paper, PaperIdentifier
from papers.origins import told_by
from papers.references import reference_of
from papers.related import related_papers
from papers.requests import find_known
from papers.trending import explaining
from papers.versions import history
from papers.views.going_back import ask_to_log_in, find_by_number, next_address
from papers.votes import TooManyVotesError, Voted, set_vote
from papers.wanted import read_wanted

RELATED = 8


@require_safe
@kept.for_visitors
def paper(request: HttpRequest, arxiv_id: str) -> HttpResponse:
    """The paper page; any other form of its id (a version, an old class) redirects to it."""
    found = Paper.objects.select_related("stats").filter(arxiv_id=arxiv_id).first()
    if found is None:
        return redirect(find_by_other_form(arxiv_id), permanent=False)
    return _show(request, found)


@require_safe
@kept.for_visitors
def paper_by_number(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_by_number(pk)
    return redirect(found) if found.arxiv_id or found.pk != pk else _show(request, found)


@require_safe
def paper_by_name(request: HttpRequest) -> HttpResponse:
    """Leads to the paper that `?name=` means: an arXiv id, a DOI or an address, in any form."""
    text = request.GET.get("name", "").replace("\x00", "")
    try:
        found = find_known(read_wanted(text).names)
    except ValueError as error:
        raise Http404(str(error)) from error
    if found is None:
        raise Http404(_("There is no paper “%s” here.") % text)
    return redirect(found)


def find_by_other_form(text: str) -> Paper:
    not_here = _("There is no paper “%s” here.") % text
    try:
        base = parse_arxiv_id(text).base
    except ValueError as error:
        raise Http404(not_here) from error
    identifier = PaperIdentifier.objects.filter(scheme="arxiv", value=base).first()
    if identifier is None or identifier.paper.arxiv_id == text:
        raise Http404(not_here)
    return identifier.paper


def _show(request: HttpRequest, found: Paper) -> HttpResponse:
    latest = found.signals.order_by("kind", "-observed_on").distinct("kind")
    categories = list(found.categories.values_list("pk", flat=True).order_by("pk"))
    dois = list(found.identifiers.filter(scheme="doi").values_list("value", flat=True))
    reference = reference_of(found, categories, sorted(dois))
    context = citing.context_for(found, reference) | {
        "paper": found,
        "signals": list(latest),
        "versions": history(found),
        "related": related_papers(found.pk, limit=RELATED),
        "shelves": shelves.shelves_of(found.pk),
        "told_by": told_by(found),
        "marks": marks.collect(request.user, [found.pk]),
        "categories": categories,
        "announcements": list(found.announcements.order_by("announced_on", "category_id")),
        "dois": dois,
        "breakdown": explaining.break_down(found),
        "chart": chart_growth(found.pk, today=timezone.now().date()),
    }
    return render(request, "papers/paper.html", context)


@require_POST
def vote(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    if not isinstance(request.user, AbstractBaseUser):
        return ask_to_log_in(request)
    found = find_by_number(pk)
    voted = request.POST.get("voted") == "1"
    try:
        outcome = set_vote(request.user, found, voted=voted, now=timezone.now())
    except TooManyVotesError as error:
        return _say_too_many(request, found, error)
    if request.htmx:
        onlooker = Onlooker(request.get_full_path(), is_reader=True)
        button = render_vote_button(
            found, onlooker, voted=voted, votes=outcome.votes, held=_held(outcome)
        )
        return HttpResponse(button)
    if outcome.held_until:
        text = _("New accounts gave this paper several votes lately, so yours %s.")
        messages.info(request, text % _held(outcome))
    return redirect(next_address(request, found.get_absolute_url()))


def _held(outcome: Voted) -> str:
    """Why a vote is not counted yet, in words; nothing where it is."""
    if outcome.held_until is None:
        return ""
    return _("counts from %s on") % date_format(timezone.localtime(outcome.held_until), "j F")


def _say_too_many(request: HtmxHttpRequest, found: Paper, error: TooManyVotesError) -> HttpResponse:
    text = _("You voted as often as is allowed within an hour. You can vote again at %s.")
    until = date_format(timezone.localtime(error.until), "H:i e")
    messages.error(request, text % until)
    back = next_address(request, found.get_absolute_url())
    return HttpResponseClientRefresh() if request.htmx else redirect(back)
