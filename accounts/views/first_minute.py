"""Three questions to a new reader, each a page of its own; without script as with it."""

from collections.abc import Sequence
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import category_choice, first_likes, first_minute, follows
from accounts.first_minute import Step
from accounts.follows import CannotFollow
from accounts.matching import nudging
from accounts.models import StandingQuery, User
from accounts.schedule_form import FirstScheduleForm
from accounts.views.issues import preview_context
from papers import marks
from papers.models import Vote


@never_cache
@login_required
@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    return _to(first_minute.place_of(request.session, _reader(request)))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def categories(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _categories_page(request)
    if "skip" in request.POST:
        return _on(request, Step.CATEGORIES)
    ticked = request.POST.getlist("category")
    try:
        category_choice.choose(_reader(request), ticked)
    except CannotFollow as error:
        return _categories_page(request, ticked, str(error))
    nudging.nudge()
    return _on(request, Step.CATEGORIES)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def likes(request: HttpRequest) -> HttpResponse:
    """Papers are voted for by their cards; what is posted here are authors, and to go on."""
    reader = _reader(request)
    if request.method != "POST":
        return _likes_page(request)
    if "unfollow" in request.POST:
        first_minute.end_author(reader, request.POST["unfollow"])
        return redirect(request.get_full_path())
    if "author" not in request.POST:
        return _on(request, Step.LIKES)
    try:
        follows.follow(reader, request.POST["author"])
    except CannotFollow as error:
        return _likes_page(request, str(error))
    nudging.nudge()
    return redirect(request.get_full_path())


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hour(request: HttpRequest) -> HttpResponse:
    if "skip" in request.POST:
        return _on(request, Step.HOUR)
    # A copy of its own: a form writes what was typed into its instance, even when it refuses it.
    form = FirstScheduleForm(
        request.POST or None, instance=get_object_or_404(User, pk=request.user.pk)
    )
    if request.method == "POST" and form.is_valid():
        form.keep()
        return _on(request, Step.HOUR)
    status = 422 if form.errors else 200
    return _page(request, Step.HOUR, {"form": form, "reader": _reader(request)}, status)


@never_cache
@login_required
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    reader = _reader(request)
    waiting = StandingQuery.objects.filter(seeded_at=None, follows__user_id=reader.pk).exists()
    context = preview_context(reader) | {"waiting": waiting, "section": "welcome"}
    return _page(request, Step.END, context)


def _categories_page(
    request: HttpRequest, ticked: Sequence[str] | None = None, refused: str = ""
) -> HttpResponse:
    offers = category_choice.offers_for(_reader(request), ticked)
    others = [each for each in offers if not each.is_whole]
    context = {
        "groups": [
            (_("All papers of these come here"), [each for each in offers if each.is_whole]),
            (_("Some papers of these come along with them"), others),
        ],
        "opened": any(each.is_chosen for each in others),
        "refused": refused,
    }
    return _page(request, Step.CATEGORIES, context, 422 if refused else 200)


def _likes_page(request: HttpRequest, refused: str = "") -> HttpResponse:
    reader = _reader(request)
    text = " ".join(request.GET.get("q", "").split())
    shown = first_likes.found_by(reader, text) if text else first_likes.trending_for(reader)
    context = {
        "query_text": text,
        "shown": shown,
        "followed": first_minute.authors_of(reader),
        "liked": Vote.objects.filter(user_id=reader.pk).count(),
        "marks": marks.collect(reader, [paper.pk for paper in shown.papers]),
        "refused": refused or shown.refused,
    }
    return _page(request, Step.LIKES, context, 422 if refused else 200)


def _page(
    request: HttpRequest, step: Step, context: dict[str, object], status: int = 200
) -> HttpResponse:
    steps = [(name, f"accounts:welcome_{name}") for name in Step]
    number = list(Step).index(step) + 1
    context = {"section": "welcome", "step": step, "number": number, "steps": steps} | context
    return render(request, f"accounts/welcome_{step}.html", context, status=status)


def _on(request: HttpRequest, done: Step) -> HttpResponse:
    return _to(first_minute.go_on(request.session, done))


def _to(step: Step) -> HttpResponse:
    return redirect(f"accounts:welcome_{step}")


def _reader(request: HttpRequest) -> User:
    return cast("User", request.user)
