import logging
from collections.abc import Callable

from django.contrib.auth import SESSION_KEY, logout
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from accounts import second_step, sessions
from accounts.models import User

logger = logging.getLogger(__name__)


class ReaderLanguageMiddleware:
    """Speak the language that a reader chose, in place of the one that their browser asks for.

    Visitors choose by a cookie, which Django's LocaleMiddleware reads and does not say so.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.user.chosen_language:
            # For what follows, as LocaleMiddleware does: a streamed answer is written later.
            translation.activate(request.user.chosen_language)
            request.LANGUAGE_CODE = translation.get_language() or ""
        response = self.get_response(request)
        patch_vary_headers(response, ["Cookie"])
        return response


class SessionListMiddleware:
    """Note once an hour that a login is in use, for its reader's list of them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and sessions.is_note_due(request):
            sessions.note(request, request.user)
        return self.get_response(request)


class StaffSecondStepMiddleware:
    """Keep operators' pages to those who logged in with a second step, where the site wants it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_arguments: object
    ) -> HttpResponse | None:
        if not second_step.is_wanted_for(request, view):
            return None
        return redirect(second_step.way_to_prove(request))


class ReaderTimezoneMiddleware:
    """Show times in the reader's own time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            with timezone.override(request.user.zone):
                return self.get_response(request)
        return self.get_response(request)


class PrivatePagesMiddleware:
    """Let no cache, of a browser or on the way, keep a page made for one reader (ASVS 14.3.2).

    At the end of a login the browser is told to forget what it kept all the same, such as pages
    that "back" shows (14.3.1). Not its cookies and storage: there are the choices of language and
    theme, whether keys are off and the page for when there is no network, all of the device.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_logged_in = request.user.is_authenticated
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        if was_logged_in and SESSION_KEY not in request.session:
            response["Clear-Site-Data"] = '"cache"'
        return response


class DeletedMeanwhileMiddleware:
    """Say so to whoever asked for something while their account was being deleted elsewhere.

    What they asked for waited for the deletion and then found no reader: no fault of the site.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DatabaseError | ObjectDoesNotExist):
            return None
        if not request.user.is_authenticated or _is_there(request.user.pk):
            return None
        logger.info("A request of an account that was just deleted: %s", type(error).__name__)
        logout(request)
        return redirect("accounts:account_deleted")


def _is_there(user_id: int) -> bool:
    try:
        return User.objects.filter(pk=user_id).exists()
    except DatabaseError:  # that is what is wrong
        return True
