"""Limits as papers/limits.py keeps them, for a client by the network it comes from."""

import ipaddress

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from papers.limits import CacheAwayError, Limit, take

__all__ = ["CacheAwayError", "Limit", "client_network", "take"]

IPV6_NETWORK_BITS = 64


def client_network(request: HttpRequest) -> str:
    """Return the client's address, or its /64 for IPv6, where one client has a whole network.

    Forwarded headers count only behind as many proxies as TRUSTED_PROXY_COUNT says.
    """
    address = ipaddress.ip_address(get_adapter(request).get_client_ip(request))
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, IPV6_NETWORK_BITS), strict=False))
