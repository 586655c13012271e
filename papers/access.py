"""Who may open the pages of this app that are not for everybody.

To all others an administrator's page does not exist. Never decides about single papers: all may
be read by anybody.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

View = TypeVar("View", bound=Callable[..., HttpResponse])


def administrators_only(view: View) -> View:
    """Answer 404 to everybody who is not an administrator (`is_staff`).

    The view has the attribute `administrators_only`: a site may want more of them.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not getattr(request.user, "is_staff", False):
            raise Http404(_("There is no page at this address."))
        return view(request, *args, **kwargs)

    guarded.administrators_only = True  # type: ignore[attr-defined]
    return cast("View", guarded)


def readers_only(view: View) -> View:
    """Send a visitor to the login page, by a whole page also when htmx asks for a part of one."""
    guarded = login_required(view)

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = guarded(request, *args, **kwargs)
        if request.user.is_authenticated or "HX-Request" not in request.headers:
            return response
        return HttpResponseClientRedirect(response["Location"])

    return cast("View", wrapped)


def reader_of(request: HttpRequest) -> AbstractBaseUser:
    """Return who is logged in. Raises PermissionDenied in a view without `readers_only`."""
    if isinstance(request.user, AbstractBaseUser):
        return request.user
    raise PermissionDenied
