"""Who may touch what: each function returns the object or raises Http404.

What belongs to someone else and what does not exist give the same answer.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from papers.merging import merged_into
from papers.models import Paper
from readinglists.models import Entry, ReadingList

Visitor = AbstractBaseUser | AnonymousUser
View = TypeVar("View", bound=Callable[..., HttpResponse])


def own_list(user: Visitor, pk: int) -> ReadingList:
    return get_object_or_404(ReadingList, pk=pk, owner_id=user.pk)


def own_entry(user: Visitor, pk: int) -> Entry:
    entries = Entry.objects.select_related("reading_list", "paper")
    return get_object_or_404(entries, pk=pk, reading_list__owner_id=user.pk)


def any_paper(pk: int) -> Paper:
    pk = merged_into([pk]).get(pk, pk)  # a page may still name a paper that became another
    return get_object_or_404(Paper.objects.for_cards(), pk=pk)


@contextmanager
def gone_is_not_found() -> Iterator[None]:
    """Answer 404 when what was looked up a moment ago has been deleted since."""
    try:
        yield
    except ObjectDoesNotExist as error:
        raise Http404(_("This is not there any more.")) from error


def reader_of(request: HttpRequest) -> AbstractBaseUser:
    """Return who is logged in. Raises PermissionDenied in a view without `reader_required`."""
    if isinstance(request.user, AbstractBaseUser):
        return request.user
    raise PermissionDenied


def reader_required(view: View) -> View:
    """Send a visitor to the login page, by a whole page also when htmx asks for a part of one."""
    return _send_to_login(view, after=None)


def reader_posts(view: View) -> View:
    """The same for a view that takes POST only: its address cannot be opened after the login, so
    that leads to the reader's lists."""
    return require_POST(_send_to_login(view, after="readinglists:lists"))


def _send_to_login(view: View, *, after: str | None) -> View:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        response = redirect_to_login(reverse(after) if after else request.get_full_path())
        if "HX-Request" in request.headers:
            return HttpResponseClientRedirect(response["Location"])
        return response

    return cast("View", wrapped)
