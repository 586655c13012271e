"""Whose request it is, by address: the one answer for limits, sessions, notices and logs.

A client may write any X-Forwarded-For, so only the entries count that our own proxies appended, as
many as TRUSTED_PROXIES says, from the right. Read more: OWASP ASVS 5.0, 4.1.3 and 15.3.4;
docs/operating.md, "Proxies".
"""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

# Of a socket in the file system, or a proxy that wrote no address: all those are one client.
UNKNOWN = "unknown"
IPV6_NETWORK_BITS = 64
# Of a whole street or firm: what the security log keeps (IPv4, IPv6).
WIDE_BITS = (24, 48)


def client_address(request: HttpRequest) -> str:
    """Return an IP address without port or zone, or UNKNOWN.

    With n trusted proxies it is the nth entry of X-Forwarded-For from the right, or the first where
    there are fewer; without any entry whoever connected. IPv4 written as IPv6 is IPv4.
    """
    trusted: int = settings.TRUSTED_PROXIES
    sent = request.META.get("HTTP_X_FORWARDED_FOR", "") if trusted else ""
    entries = [entry.strip() for entry in sent.split(",") if entry.strip()]
    if entries:
        return _clean(entries[-trusted:][0])
    return _clean(request.META.get("REMOTE_ADDR", ""))


def client_network(request: HttpRequest) -> str:
    """Return the client's address, or its /64 for IPv6, where one client has a whole network."""
    address = client_address(request)
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address, IPV6_NETWORK_BITS), strict=False))


def wide_network(request: HttpRequest) -> str:
    """Return the /24 of the client's address, the /48 of IPv6, or UNKNOWN."""
    address = client_address(request)
    if address == UNKNOWN:
        return UNKNOWN
    bits = WIDE_BITS[":" in address]
    return str(ipaddress.ip_network((address, bits), strict=False))


def _clean(text: str) -> str:
    """As proxies write it: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return UNKNOWN
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
