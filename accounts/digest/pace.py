"""How many mails may leave now: buckets of tokens in Postgres, one for all and one a domain.

It decides numbers only. A bucket holds a minute's worth and is refilled by the time that passed on
the database's clock, so that any number of workers keep to the limits together. Tokens that are
taken and not used are lost.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts.digest.ledger import database_now

# The row of all mails. It sorts before every domain, in the one order in which rows are locked.
ALL = ""

_MAKE = """
INSERT INTO accounts_mailpace (domain, tokens, refilled_at)
SELECT domain, tokens, clock_timestamp()
FROM unnest(%(domains)s::text[], %(tokens)s::float8[]) AS b(domain, tokens)
ORDER BY domain COLLATE "C"
ON CONFLICT (domain) DO NOTHING
"""
_LOCK = """
SELECT domain, tokens, refilled_at FROM accounts_mailpace
WHERE domain = ANY(%(domains)s) ORDER BY domain COLLATE "C" FOR UPDATE
"""
_KEEP = """
UPDATE accounts_mailpace p SET tokens = b.tokens, refilled_at = %(moment)s
FROM unnest(%(domains)s::text[], %(tokens)s::float8[]) AS b(domain, tokens)
WHERE p.domain = b.domain
"""


def is_limited() -> bool:
    return bool(settings.DIGEST_MAILS_PER_MINUTE or settings.DIGEST_MAILS_PER_MINUTE_A_DOMAIN)


def take(domains: Sequence[str], at: datetime | None = None) -> Counter[str]:
    """Take a token for each mail of a chunk, `domains` naming where it goes, oldest first.

    Return how many may go to each domain now: a domain may come several times, and one without a
    token is missing. Four statements whatever the chunk's size; none without a limit.
    """
    if not domains or not is_limited():
        return Counter(domains)
    sizes = _sizes(domains)
    with transaction.atomic():
        rows = _lock(sizes)
        # Asked for only now: while another worker held the rows, time passed.
        moment = at or database_now()
        tokens = {name: _filled(sizes[name], had, since, moment) for name, had, since in rows}
        granted = _grant(domains, tokens)
        _keep(tokens, moment)
    return granted


def _sizes(domains: Sequence[str]) -> dict[str, int]:
    """What each bucket that has a limit holds when it is full."""
    sizes = {}
    if settings.DIGEST_MAILS_PER_MINUTE:
        sizes[ALL] = settings.DIGEST_MAILS_PER_MINUTE
    if settings.DIGEST_MAILS_PER_MINUTE_A_DOMAIN:
        sizes |= dict.fromkeys(domains, settings.DIGEST_MAILS_PER_MINUTE_A_DOMAIN)
    return sizes


def _lock(sizes: dict[str, int]) -> list[tuple[str, float, datetime]]:
    """Lock the buckets; return the name of each, what was in it and when that was written."""
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, {"domains": list(sizes), "tokens": list(sizes.values())})
        cursor.execute(_LOCK, {"domains": list(sizes)})
        rows: list[tuple[str, float, datetime]] = cursor.fetchall()
    return rows


def _filled(size: int, tokens: float, since: datetime, moment: datetime) -> float:
    minutes = max((moment - since).total_seconds(), 0.0) / 60
    return min(float(size), tokens + size * minutes)


def _grant(domains: Sequence[str], tokens: dict[str, float]) -> Counter[str]:
    granted: Counter[str] = Counter()
    for domain in domains:
        buckets = [name for name in (ALL, domain) if name in tokens]
        if all(tokens[name] >= 1 for name in buckets):
            granted[domain] += 1
            for name in buckets:
                tokens[name] -= 1
    return granted


def _keep(tokens: dict[str, float], moment: datetime) -> None:
    values: dict[str, Any] = {
        "domains": list(tokens),
        "tokens": list(tokens.values()),
        "moment": moment,
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)
