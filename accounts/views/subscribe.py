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
from accounts import topics
from accounts.follows import CannotFollow
from accounts.forms import SubscribeForm
from accounts.limits import CacheAwayError, client_network
from accounts.matching import nudging
from accounts.origin import comes_from_this_site
from accounts.topics import Topic

logger = logging.getLogger(__name__)


@csrf_exempt  # a token would set a cookie on every page: accounts/origin.py proves the origin
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, SubscribeForm())
    topic, refused = _topic_sent(request)
    if not comes_from_this_site(request):
        return render(request, "accounts/subscribe_refused.html", {"topic": topic}, status=403)
    form = SubscribeForm(request.POST)
    if refused or not form.is_valid():
        return _form_page(request, form, topic, refused, status=422)
    if not form.is_from_a_robot:
        wish = subscribing.wish_for(
            form.cleaned_data["email"], form.cleaned_data["timezone"], topic
        )
        try:
            subscribing.ask(wish, network=client_network(request), topic=topic)
        except (CacheAwayError, OSError, SMTPException) as error:
            logger.error("A subscription mail could not be sent: %r", error)
            form.add_error(None, _("We cannot send mail just now. Please try again in a minute."))
            return _form_page(request, form, topic, status=503)
    # Known, unknown, limited or a robot: all read the same.
    return render(request, "accounts/subscribe_sent.html", {"email": form.cleaned_data["email"]})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    try:
        wish = subscribing.read_token(token)
    except subscribing.LinkError as error:
        expired = isinstance(error, subscribing.LinkExpiredError)
        context = {"expired": expired, "topic": Topic()}
        return render(request, "accounts/subscribe_bad_link.html", context, status=410)
    if request.POST.get("instead") == "digest":
        wish = subscribing.Wish(wish.email, wish.timezone)
    try:
        topic = subscribing.topic_of(wish)
        if request.method != "POST":
            context = {"email": wish.email, "topic": topic}
            return render(request, "accounts/subscribe_confirm.html", context)
        done = subscribing.subscribe_to(wish, topic, timezone.now())
    except CannotFollow as error:
        context = {"email": wish.email, "refused": str(error)}
        return render(request, "accounts/subscribe_gone.html", context, status=410)
    if topic.query:
        nudging.nudge()
    context = {
        "topic": topic,
        "done": done,
        "reader": done.reader,
        "outcome": done.outcome.name,
    }
    return render(request, "accounts/subscribe_done.html", context)


def _topic_sent(request: HttpRequest) -> tuple[Topic, str]:
    """Return what the box was sent for; the digest, and why in words, where that cannot be."""
    try:
        sent = request.POST
        return topics.asked_for(
            query=sent.get("query"), key=sent.get("list"), public=sent.get("public_list")
        ), ""
    except CannotFollow as error:
        return Topic(), str(error)


def _form_page(
    request: HttpRequest,
    form: SubscribeForm,
    topic: Topic | None = None,
    refused: str = "",
    *,
    status: int = 200,
) -> HttpResponse:
    context = {"subscribe_form": form, "topic": topic or Topic(), "refused": refused}
    return render(request, "accounts/subscribe.html", context, status=status)
