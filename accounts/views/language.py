"""The switch in the foot of each page: a reader's choice is their setting, a visitor's a cookie."""

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.origin import comes_from_this_site
from papers.views.going_back import next_address


@csrf_exempt  # a token would set a cookie on every page: accounts/origin.py proves the origin
@never_cache
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    code = request.POST.get("language", "")
    if code not in dict(settings.LANGUAGES):
        raise SuspiciousOperation("There is no such language.")
    if not comes_from_this_site(request):
        raise SuspiciousOperation("The form was not sent from this site.")
    response = redirect(next_address(request))
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(language=code)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response
