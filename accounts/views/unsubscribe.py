from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.digest import unsubscribe as unsubscribing


@csrf_exempt  # mail programs post without a cookie (RFC 8058): the token is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    reader = unsubscribing.find_reader(token)
    if reader is None:
        return render(request, "accounts/unsubscribe_bad_link.html", status=404)
    context = {"reader": reader, "address": unsubscribing.masked(reader.email)}
    if request.method != "POST":
        return render(request, "accounts/unsubscribe.html", context)
    wants_it_back = request.POST.get("undo") == "1"
    was_on = reader.digest_enabled
    unsubscribing.set_subscribed(reader, subscribed=wants_it_back, now=timezone.now())
    context["changed"] = was_on != reader.digest_enabled
    return render(request, "accounts/unsubscribe_done.html", context)
