import logging
from smtplib import SMTPException

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import subscribe as subscribing
from accounts.forms import SubscribeForm
from accounts.limits import CacheAwayError, client_network
from accounts.origin import comes_from_this_site

logger = logging.getLogger(__name__)


@csrf_exempt  # a token would set a cookie on every page: accounts/origin.py proves the origin
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, SubscribeForm(), status=200)
    if not comes_from_this_site(request):
        return render(request, "accounts/subscribe_refused.html", status=403)
    form = SubscribeForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    if not form.is_from_a_robot:
        wish = subscribing.Wish(form.cleaned_data["email"], form.cleaned_data["timezone"])
        try:
            subscribing.ask(wish, network=client_network(request))
        except (CacheAwayError, OSError, SMTPException) as error:
            logger.error("A subscription mail could not be sent: %r", error)
            form.add_error(None, _("We cannot send mail just now. Please try again in a minute."))
            return _form_page(request, form, status=503)
    # Known, unknown, limited or a robot: all read the same.
    return render(request, "accounts/subscribe_sent.html", {"email": form.cleaned_data["email"]})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    try:
        wish = subscribing.read_token(token)
    except subscribing.LinkError as error:
        expired = isinstance(error, subscribing.LinkExpiredError)
        context = {"expired": expired, "subscribe_form": SubscribeForm()}
        return render(request, "accounts/subscribe_bad_link.html", context, status=410)
    if request.method != "POST":
        return render(request, "accounts/subscribe_confirm.html", {"email": wish.email})
    reader, outcome = subscribing.subscribe(wish, timezone.now())
    context = {"email": wish.email, "reader": reader, "outcome": outcome.name}
    return render(request, "accounts/subscribe_done.html", context)


def _form_page(request: HttpRequest, form: SubscribeForm, *, status: int) -> HttpResponse:
    return render(request, "accounts/subscribe.html", {"subscribe_form": form}, status=status)
