from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class HtmxHttpRequest(HttpRequest):
    """What a view is given once django-htmx's middleware has run; for type checkers."""

    htmx: HtmxDetails
