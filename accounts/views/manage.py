from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.digest.links import MANAGE
from accounts.digest.schedule import next_due
from accounts.digest.unsubscribe import masked, set_subscribed
from accounts.models import Follow, User
from accounts.schedule_form import ScheduleForm
from papers.row_numbers import read_row_number
from readinglists import list_follows
from readinglists.models import ListFollow

View = Callable[[HttpRequest, User], HttpResponse]

# The address is the secret: nothing may index the page or pass its address on.
_HEADERS = {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}


def _for_reader_of_token(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """Find the reader, and let no cache, search engine or other site learn of the address."""

    @csrf_exempt  # opened from a mail, without a cookie: the token is the proof
    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, token: str) -> HttpResponse:
        reader = MANAGE.find_reader(token, timezone.now())
        if reader is None:
            response = render(request, "accounts/manage_bad_link.html", status=404)
        else:
            response = view(request, reader)
        for name, value in _HEADERS.items():
            response[name] = value
        return response

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
@_for_reader_of_token
def manage(request: HttpRequest, reader: User) -> HttpResponse:
    if request.method != "POST":
        return _page(request, reader)
    # A copy of its own: a form writes what was typed into its instance, even when it refuses it.
    form = ScheduleForm(request.POST, instance=get_object_or_404(User, pk=reader.pk))
    if not form.is_valid():
        return _page(request, reader, form=form)
    form.keep()
    return _page(request, form.instance, said=_("Your settings are saved."))


@require_POST
@_for_reader_of_token
def manage_subscription(request: HttpRequest, reader: User) -> HttpResponse:
    wants_it = request.POST.get("on") == "1"
    set_subscribed(reader, subscribed=wants_it, now=timezone.now())
    said = _("The daily mail is on again.") if wants_it else _("The daily mail is stopped.")
    return _page(request, reader, said=said)


@require_POST
@_for_reader_of_token
def manage_unfollow(request: HttpRequest, reader: User) -> HttpResponse:
    """End what the button names: a search or a list. What is ended already stays so."""
    search, shared = (read_row_number(request.POST.get(kind, "")) for kind in ("search", "list"))
    if search is not None:
        Follow.objects.of(reader.pk).filter(pk=search).delete()
    row = ListFollow.objects.filter(user=reader, pk=shared).first() if shared is not None else None
    if row is not None:
        list_follows.unfollow(reader, row.reading_list)
    return _page(request, reader, said=_("You no longer follow it."))


def _page(
    request: HttpRequest, reader: User, *, form: ScheduleForm | None = None, said: str = ""
) -> HttpResponse:
    context = {
        "reader": reader,
        "address": masked(reader.email),
        "form": form or ScheduleForm(instance=reader),
        "next_due": reader.next_due_at or next_due(reader, timezone.now()),
        "searches": list(Follow.objects.of(reader.pk)),
        "lists": list_follows.following(reader),
        "said": said,
        "token": (request.resolver_match.kwargs["token"] if request.resolver_match else ""),
    }
    return render(request, "accounts/manage.html", context, status=422 if form else 200)
