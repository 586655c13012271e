"""Whether a browser says that a form was sent from a page of this site.

For the one form without a CSRF token: a token sets a cookie and makes every render differ, so a
page that holds one cannot be cached for all visitors.
"""

from django.conf import settings
from django.http import HttpRequest


def comes_from_this_site(request: HttpRequest) -> bool:
    """Return whether Sec-Fetch-Site, or Origin where that is not sent, proves the same origin.

    Both are set by the browser and cannot be set by a page. No proof is a no.
    """
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site == "same-origin"
    own = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin") in {own, *settings.CSRF_TRUSTED_ORIGINS}
