"""Where a reader is logged in, and ending it."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import sessions
from accounts.models import User


@never_cache
@require_safe
@login_required
def list_sessions(request: HttpRequest) -> HttpResponse:
    user = get_object_or_404(User, pk=request.user.pk)
    logins = sessions.logins_of(user, current_key=request.session.session_key)
    context = {"logins": logins, "others": len(logins) > 1, "section": "settings"}
    return render(request, "accounts/sessions.html", context)


@never_cache
@require_POST
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=request.user.pk)
    if not sessions.end_login(user, pk):
        raise Http404(_("There is no such login of yours."))
    messages.success(request, _("That login has ended."))
    return redirect("accounts:sessions")


@never_cache
@require_POST
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    user = get_object_or_404(User, pk=request.user.pk)
    sessions.end_others(request, user)
    messages.success(request, _("You are logged in here and nowhere else."))
    return redirect("accounts:sessions")
