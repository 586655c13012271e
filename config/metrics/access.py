"""Who may read the metrics: whoever shows the token, or asks from an address that is named.

To all others there is no such page; nor is there one where neither is set.
"""

import hmac
import ipaddress

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest


def may_read(request: HttpRequest) -> bool:
    return _shows_token(request) or _asks_from_named_address(request)


def _shows_token(request: HttpRequest) -> bool:
    scheme, _space, shown = request.headers.get("Authorization", "").partition(" ")
    if not settings.METRICS_TOKEN or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(shown.strip().encode(), settings.METRICS_TOKEN.encode())


def _asks_from_named_address(request: HttpRequest) -> bool:
    # Through a proxy that no setting tells of, everybody comes from the proxy's own address.
    is_passed_on = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if not settings.METRICS_ADDRESSES or (
        is_passed_on and not settings.ALLAUTH_TRUSTED_PROXY_COUNT
    ):
        return False
    try:
        address = ipaddress.ip_address(get_adapter(request).get_client_ip(request))
    except ValueError:  # a Unix socket has no addresses
        return False
    networks = (ipaddress.ip_network(text, strict=False) for text in settings.METRICS_ADDRESSES)
    return any(address in network for network in networks)
