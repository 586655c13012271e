"""Which addresses typed by people the site agrees to ask, and the one spelling of each.

It decides by the text alone and never dials: a name that leads into the own network is refused
when it is dialled (papers/feeds/dial.py). Read more: RFC 3986, 6.2 (normalisation).
"""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from django.conf import settings
from django.utils.translation import gettext as _

LONGEST_ADDRESS = 500
DEFAULT_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*):", re.IGNORECASE)
_ENCODED = re.compile("%(?P<code>[0-9A-Fa-f]{2})")
_NAME = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]*")


def public_address(text: str) -> str:
    """The http or https address that `text` means, normalised: `example.org` is https too.

    Scheme and host in small letters, no default port, no fragment, a path at least. Addresses
    inside the own network are refused except the host:port pairs of the setting
    FETCH_ALLOWED_PRIVATE_HOSTS. Raises ValueError in words for whoever typed it.
    """
    parts = _split(text.strip())
    host = _host(parts)
    port = _port(parts)
    if port != DEFAULT_PORTS[parts.scheme] and not _is_allowed(host, port):
        raise ValueError(_("The address names port %d; feeds are read from 80 and 443.") % port)
    if not _is_allowed(host, port):
        _refuse_private(host)
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port == DEFAULT_PORTS[parts.scheme] else f"{shown}:{port}"
    return urlunsplit((parts.scheme, netloc, _path(parts.path), _plain(parts.query), ""))


def _path(path: str) -> str:
    """Without dot segments, and with letters, digits and -._~ as themselves (RFC 3986, 6.2.2)."""
    plain = _plain(path)
    if "/." not in plain:
        return plain or "/"
    kept: list[str] = []
    segments = plain.split("/")[1:]
    for segment in segments:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    return "/".join(["", *kept, *([""] if segments[-1] in (".", "..") else [])])


def _plain(text: str) -> str:
    return _ENCODED.sub(_decoded, text)


def _decoded(match: re.Match[str]) -> str:
    character = chr(int(match["code"], 16))
    is_plain = character.isascii() and (character.isalnum() or character in "-._~")
    return character if is_plain else match[0].upper()


def _split(text: str) -> SplitResult:
    if not text:
        raise ValueError(_("Type an address."))
    if len(text) > LONGEST_ADDRESS:
        words = _("This address has %(length)d characters; at most %(longest)d can be kept.")
        raise ValueError(words % {"length": len(text), "longest": LONGEST_ADDRESS})
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ValueError(_("An address has no spaces in it."))
    try:
        parts = urlsplit(_with_scheme(text))
    except ValueError:
        raise ValueError(_("“%s” is not an address.") % text[:100]) from None
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError(_("Only http and https addresses are read, not %s.") % parts.scheme)
    if "@" in parts.netloc:
        raise ValueError(_("The address holds a name or a password. Leave it out."))
    return parts


def _with_scheme(text: str) -> str:
    # Browsers hand feeds over as feed://example.org/ or feed:https://example.org/.
    text = re.sub(r"^feed:(?=https?://)", "", text, flags=re.IGNORECASE)
    text = re.sub(r"^feed://", "https://", text, flags=re.IGNORECASE)
    found = _SCHEME.match(text)
    # Before a port there is a host, which looks like a scheme: example.org:443/feed
    is_scheme = found and not re.match(r"\d+(?:/|$)", text[found.end() :])
    return text if is_scheme else f"https://{text}"


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        raise ValueError(_("“%s” is not the name of a site.") % host[:100]) from None


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        raise ValueError(_("The address names a port that cannot be.")) from None
    return DEFAULT_PORTS[parts.scheme] if port is None else port


def _is_allowed(host: str, port: int) -> bool:
    return f"{host}:{port}" in settings.FETCH_ALLOWED_PRIVATE_HOSTS


def _refuse_private(host: str) -> None:
    private = ValueError(
        _("%s is inside the site's own network, where nothing is read from.") % (host or "?")
    )
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
            raise private from None
        if not _NAME.fullmatch(host):
            raise ValueError(_("“%s” is not the name of a site.") % host[:100]) from None
        return
    if not number.is_global:
        raise private
