"""Pictures that others show beside links to ours, and the icon that is asked for by name."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from papers import link_pictures
from papers.models import Paper
from papers.views import feeds_out
from papers.views.going_back import find_by_number
from papers.views.paper import find_by_other_form

FRESH_SECONDS = 86_400


@require_safe
def site_picture(request: HttpRequest) -> HttpResponseBase:
    return _answer(request, link_pictures.of_site())


@require_safe
def paper_picture(request: HttpRequest, arxiv_id: str) -> HttpResponseBase:
    found = Paper.objects.filter(arxiv_id=arxiv_id).first()
    if found is None:
        return redirect(link_pictures.picture_address(find_by_other_form(arxiv_id)))
    return _answer(request, link_pictures.of_paper(found))


@require_safe
def paper_picture_by_number(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = find_by_number(pk)
    if found.arxiv_id or found.pk != pk:
        return redirect(link_pictures.picture_address(found))
    return _answer(request, link_pictures.of_paper(found))


@require_safe
@cache_control(public=True, max_age=FRESH_SECONDS)
def favicon(_request: HttpRequest) -> HttpResponse:
    """Programs that read no page ask for it here."""
    return redirect(static("favicon.ico"))


def _answer(request: HttpRequest, picture: bytes | None) -> HttpResponseBase:
    if picture is None:
        busy = redirect("papers:site_picture")
        patch_cache_control(busy, no_store=True)
        return busy
    response = HttpResponse(picture, content_type="image/png")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"  # others' pages are what it is for
    response["ETag"] = etag = feeds_out.etag_of(picture)
    patch_cache_control(response, public=True, max_age=FRESH_SECONDS)
    return get_conditional_response(request, etag, None, response) or response
