"""TXT records of the DNS, asked of this machine's resolver, with an end whatever that does.

A name that has no such record has none; whatever else keeps an answer away is NotLookedUp, which
says nothing of the name. Read more: RFC 1035, 3.3.14; RFC 7208, 3.3 (strings joined as they are).
"""

import time
from collections.abc import Callable, Sequence

import dns.exception
import dns.name
import dns.resolver
from django.utils.translation import gettext as _
from dns.rdtypes.ANY.TXT import TXT

# All look-ups together; one of them, so that a zone that is away leaves time for the next; and one
# server of it, so that there is time for a second.
TOTAL_SECONDS, LOOKUP_SECONDS, SERVER_SECONDS = 6.0, 2.5, 1.0
LONGEST_REASON = 200

TextsAt = Callable[[str], list[str]]


class NotLookedUp(Exception):
    """Nobody could say which records a name has; the text says why, as a sentence."""


class TextRecords:
    """`at` may be asked for `total_seconds` from now on.

    `servers` are addresses that are asked at `port` in place of those in /etc/resolv.conf.
    """

    def __init__(
        self,
        *,
        total_seconds: float = TOTAL_SECONDS,
        servers: Sequence[str] = (),
        port: int = 53,
    ) -> None:
        self._ends_at = time.monotonic() + total_seconds
        self._servers, self._port = servers, port

    def at(self, name: str) -> list[str]:
        """Return the texts at `name`, a full name; empty where there are none.

        Raises NotLookedUp where no server says so in time, or `name` cannot be one.
        """
        seconds = min(LOOKUP_SECONDS, self._ends_at - time.monotonic())
        if seconds <= 0:
            raise NotLookedUp(_("The time for look-ups was over."))
        try:
            answer = self._resolver().resolve(dns.name.from_text(name), "TXT", lifetime=seconds)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.Timeout as error:
            raise NotLookedUp(_("No name server answered in time.")) from error
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise NotLookedUp(_reason(error)) from error
        return [
            b"".join(each.strings).decode("ascii", "replace")
            for each in answer
            if isinstance(each, TXT)
        ]

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self._servers)
        if self._servers:
            resolver.nameservers, resolver.port = list(self._servers), self._port
        resolver.timeout = SERVER_SECONDS
        return resolver


def _reason(error: Exception) -> str:
    text = str(error).strip().partition("\n")[0] or type(error).__name__
    return "".join(filter(str.isprintable, text))[:LONGEST_REASON]
