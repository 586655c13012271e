"""The metrics in Prometheus' text format, for whom the settings name."""

import os

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from config.metrics import requests
from config.metrics.access import may_read
from config.metrics.folder import FOLDER_VARIABLE
from config.metrics.site import SiteCollector


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not may_read(request):
        raise Http404(_("There is no page at this address."))
    # Whoever reads them hears of a fault by what is missing; those of requests need no database.
    of_site = CollectorRegistry()
    of_site.register(SiteCollector())
    text = generate_latest(_of_requests()) + generate_latest(of_site)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _of_requests() -> CollectorRegistry:
    if FOLDER_VARIABLE not in os.environ:
        return requests.REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together
