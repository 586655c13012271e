"""One paper as a file, in every format in which papers leave the site."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from papers.citing import cite_address
from papers.formats import FORMATS, Head, Item
from papers.formats.facts import key_of
from papers.models import Paper
from papers.references import read_references
from papers.views import feeds_out
from papers.views.going_back import find_by_number
from papers.views.paper import find_by_other_form


@require_safe
def cite(request: HttpRequest, arxiv_id: str, ending: str) -> HttpResponseBase:
    found = Paper.objects.filter(arxiv_id=arxiv_id).only("pk").first()
    if found is None:
        return redirect(cite_address(find_by_other_form(arxiv_id), ending))
    return _answer(request, found.pk, ending)


@require_safe
def cite_by_number(request: HttpRequest, pk: int, ending: str) -> HttpResponseBase:
    found = find_by_number(pk)
    if found.arxiv_id or found.pk != pk:
        return redirect(cite_address(found, ending))
    return _answer(request, found.pk, ending)


def _answer(request: HttpRequest, paper_id: int, ending: str) -> HttpResponseBase:
    (reference,) = read_references([paper_id])
    form = FORMATS[ending]
    body = b"".join(form.write(Head(), [Item(reference)]))
    response = HttpResponse(body, content_type=form.content_type)
    response["ETag"] = etag = feeds_out.etag_of(body)
    response["Cache-Control"] = feeds_out.PUBLIC
    response["Content-Disposition"] = f'inline; filename="{key_of(reference)}.{ending}"'
    # The page of the paper is what a search engine is to show.
    response["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag, None, response) or response
