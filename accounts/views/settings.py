from django import conf
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.digest.schedule import next_due
from accounts.models import User
from accounts.preferences_form import PreferencesForm


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    reader = get_object_or_404(User, pk=request.user.pk)
    # A copy of its own: a form writes what was typed into its instance, even when it refuses it.
    form = PreferencesForm(request.POST or None, instance=get_object_or_404(User, pk=reader.pk))
    if request.method == "POST" and form.is_valid():
        form.keep()
        messages.success(request, _("Your settings are saved."))
        response = redirect("accounts:settings")
        if not form.instance.language:
            # Else the switch that was pressed once would say more than the browser does.
            response.delete_cookie(conf.settings.LANGUAGE_COOKIE_NAME)
        return response
    context = {
        "form": form,
        "reader": reader,
        "next_due": reader.next_due_at or next_due(reader, timezone.now()),
        "section": "settings",
    }
    return render(request, "accounts/settings.html", context, status=422 if form.errors else 200)
