"""What the views of a card's buttons share: which paper is meant, and where its reader goes on."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from papers.htmx import HtmxHttpRequest
from papers.merging import find_merged
from papers.models import Paper


def find_by_number(pk: int) -> Paper:
    """Return the paper of this number, or the one it was merged into. Raises Http404."""
    found = Paper.objects.select_related("stats").filter(pk=pk).first() or find_merged(pk)
    if found is None:
        raise Http404(_("There is no paper with the number %s here.") % pk)
    return found


def ask_to_log_in(request: HtmxHttpRequest) -> HttpResponse:
    login = f"{reverse('account_login')}?next={reverse('papers:home')}"
    return HttpResponseClientRedirect(login) if request.htmx else redirect(login)


def next_address(request: HttpRequest, otherwise: str = "/") -> str:
    """Return the `next` that was sent along, in the form or the address, if it is of this site."""
    address = request.POST.get("next", "") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if safe and address else otherwise
