from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.bounces import suppression


@never_cache
@require_POST
def try_again(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:  # this address cannot be opened after the login
        return redirect_to_login(reverse("accounts:settings"))
    if suppression.lift(request.user, timezone.now()):
        messages.success(request, _("Mail to %s is tried again.") % request.user.email)
    else:
        words = _("Only whoever runs this site can let mail to your address go on.")
        messages.error(request, words)
    return redirect("accounts:settings")
