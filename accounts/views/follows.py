from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts import feed_keys, follows, unfollowing
from accounts.follow_buttons import button_for
from accounts.follow_pages import Row, matches_of, rows_of
from accounts.following import DAYS_BACK, preview
from accounts.follows import CannotFollow
from accounts.matching import nudging
from accounts.models import Follow, User
from accounts.templatetags.follow_button import button_context
from papers import marks, seen
from papers.htmx import HtmxHttpRequest
from papers.paging import page_number
from papers.search.engine import IndexNotReady
from papers.search.personal import personal_for
from papers.search.split import split
from papers.trending.reasons import reasons_of
from papers.windows import TrendingList
from readinglists.list_follows import following as lists_followed_by

# Of the reader's session: the follow ended last, for as long as it can be taken back.
_ENDED = "follow_ended"


@never_cache
@login_required
@require_safe
def list_follows(request: HttpRequest) -> HttpResponse:
    reader = _reader(request)
    context = {
        "section": "follows",
        "reader": reader,
        "rows": rows_of(reader, now=timezone.now()),
        "lists": lists_followed_by(reader),
        "most": settings.FOLLOWS_PER_READER,
        "ended": _ended(request),
    }
    return render(request, "accounts/follows.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HtmxHttpRequest) -> HttpResponse:
    """Asked for by GET it says what would come and offers less of it; POST follows."""
    asked = request.POST if request.method == "POST" else request.GET
    text, name = asked.get("q", ""), asked.get("name", "")
    if not request.user.is_authenticated:
        return _ask_to_log_in(request, text)
    try:
        if request.method != "POST":
            return _confirm(request, text)
        made = follows.follow(request.user, text, name)
    except CannotFollow as error:
        if request.htmx:
            return _button(request, refused=str(error))
        context = {"section": "follows", "refused": str(error), "query_text": text}
        return render(request, "accounts/follow.html", context, status=422)
    nudging.nudge()
    if request.htmx:
        return _button(request)
    messages.success(request, _("You follow “%s”.") % made.name)
    return redirect(_next_address(request))


def _ask_to_log_in(request: HtmxHttpRequest, text: str) -> HttpResponse:
    after = f"{reverse('accounts:follow')}?{urlencode({'q': text})}"
    if request.htmx:
        return HttpResponseClientRedirect(
            f"{reverse('account_login')}?{urlencode({'next': after})}"
        )
    return redirect_to_login(after)


def _button(request: HttpRequest, *, refused: str = "") -> HttpResponse:
    """The button pressed, as it is now; with `label` of the one that was pressed."""
    button = button_for(_reader(request), request.POST.get("q", ""))
    label = follows.clean_name(request.POST.get("label", ""))
    context = button_context(button, label) | {"refused": refused}
    return render(request, "accounts/_follow_button.html", context)


def _confirm(request: HttpRequest, text: str) -> HttpResponse:
    query = follows.read_query(text)
    context = {
        "section": "follows",
        "query_text": str(query.tree),
        "name": follows.default_name(text, query.tree),
        "notes": query.notes,
        "changes": bool(split(query.tree).changing),
        "known": follows.find(_reader(request), query),
        "preview": preview(query, today=timezone.now().date(), personal=personal_for(request.user)),
    }
    return render(request, "accounts/follow.html", context)


@never_cache
@login_required
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The papers that came and match; all that ever matched are a link away, in the search."""
    mine = _own(request, pk)
    try:
        choice = seen.choice_of(request.user)
        number = page_number(request)
        page = matches_of(mine, now=timezone.now(), number=number, choice=choice)
    except IndexNotReady as error:
        context = {"section": "follows", "row": Row(mine), "refused": str(error)}
        return render(request, "accounts/follow_page.html", context, status=503)
    context = {
        "section": "follows",
        "row": Row(mine),
        "page": page,
        "days": DAYS_BACK,
        "marks": marks.collect(request.user, [paper.pk for paper in page.items]),
        "reasons": reasons_of(page.items, TrendingList.WEEK, today=timezone.now().date()),
        "seen": choice,
    }
    return render(request, "accounts/follow_page.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    mine, refused = _own(request, pk), ""
    if request.method == "POST":
        try:
            follows.rename(mine, request.POST.get("name", ""))
        except CannotFollow as error:
            refused = str(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:follows")
    context = {"section": "follows", "row": Row(mine), "refused": refused}
    return render(request, "accounts/follow_change.html", context, status=422 if refused else 200)


@require_POST
@login_required
def set_in_digest(request: HttpRequest, pk: int) -> HttpResponse:
    mine = _own(request, pk)
    mine.in_digest = request.POST.get("in_digest") == "1"
    mine.save(update_fields=["in_digest"])
    return redirect("accounts:follows")


@require_POST
@login_required
def renew_key(request: HttpRequest, pk: int) -> HttpResponse:
    feed_keys.renew_key(_own(request, pk))
    messages.success(request, _("The feeds have new addresses; the old ones open nothing."))
    return redirect("accounts:change_follow", pk)


@require_POST
@login_required
def unfollow(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    request.session[_ENDED] = unfollowing.end(_own(request, pk), now=timezone.now())
    return _button(request) if request.htmx else redirect("accounts:follows")


@require_POST
@login_required
def take_back(request: HttpRequest) -> HttpResponse:
    """Follow again what was ended last, with the addresses that its feeds had."""
    kept = _ended(request)
    if kept is None:
        messages.info(request, _("There is nothing to take back any more."))
        return redirect("accounts:follows")
    try:
        made = unfollowing.take_back(_reader(request), kept)
    except CannotFollow as error:
        messages.error(request, str(error))
    else:
        del request.session[_ENDED]
        nudging.nudge()
        messages.success(request, _("You follow “%s” again.") % made.name)
    return redirect("accounts:follows")


def _ended(request: HttpRequest) -> dict[str, Any] | None:
    kept = request.session.get(_ENDED)
    return kept if unfollowing.can_take_back(kept, now=timezone.now()) else None


def _reader(request: HttpRequest) -> User:
    return cast("User", request.user)


def _own(request: HttpRequest, pk: int) -> Follow:
    return get_object_or_404(Follow, pk=pk, user_id=request.user.pk)


def _next_address(request: HttpRequest) -> str:
    address = request.POST.get("next", "")
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(address, hosts, require_https=request.is_secure())
    return address if safe and address else reverse("accounts:follows")
