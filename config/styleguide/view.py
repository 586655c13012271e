from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.styleguide import cards, forms, pieces


@never_cache
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """The page, at /styleguide/; not there where DEBUG is off."""
    if not settings.DEBUG:
        raise Http404
    context = {
        "colours": pieces.COLOURS,
        "spaces": pieces.SPACES,
        "types": pieces.TYPES,
        "cards": cards.render_all(request.path),
        "list_cards": cards.render_list(request.path),
        **forms.samples(),
        **pieces.samples(),
    }
    return render(request, "styleguide/styleguide.html", context)
