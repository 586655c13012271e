"""The limits as a document: `python -m config.rate_limits.table > docs/limits.md` (make limits).

Made from the rules themselves, from the limits that domain modules declare and from allauth's; a
test holds docs/limits.md to it.
"""

import os
import sys
from collections.abc import Iterable

import django
from django.conf import settings

from papers.limits import Limit

HOUR = 3600

TOP = """# Limits

Made by `make limits` from the code; change it there. Whoever asks for more is answered 429 with
`Retry-After`, in words or in the API's form. No window, wherever it begins, sees more than the
amount; a place is free again at most a twelfth of the window late. Counted is by reader, for
visitors by address (IPv6: by /64), in Redis, while that is away in Postgres; when neither can be
asked the answer is 503. Behind proxies `TRUSTED_PROXIES` must be right (docs/operating.md).
`LIMITS_TIMES=10` makes those of pages ten times as high, for a network of many readers with one
address.
"""


def table() -> str:
    """Return the whole document."""
    return "\n".join([TOP, *_of_pages(), *_of_single_things(), *_of_accounts(), *_exempt()])


def _of_pages() -> Iterable[str]:
    from config.rate_limits.rules import FAR_PAGES, NOT_KEPT, READING, WRITING

    for title, rules in (
        ("What writes (POST and the like)", WRITING),
        ("What is read and costs much", (*READING, FAR_PAGES, NOT_KEPT)),
    ):
        yield f"## {title}\n\nThe first row that fits counts.\n"
        yield "| limit | most | by | routes |\n| --- | --- | --- | --- |"
        for rule in rules:
            by = "address" if rule.is_by_network else "reader, else address"
            routes = ", ".join(f"`{route}`" for route in rule.routes)
            most = _rate(rule.limit.amount, rule.limit.window_seconds)
            yield f"| {rule.what} | {most} | {by} | {routes} |"
        yield ""


def declared() -> list[tuple[Limit, str, str]]:
    """The limits that domain modules keep themselves: what is counted, and by whom."""
    from accounts import proof, subscribe
    from accounts.archive import places
    from papers import link_pictures
    from readinglists import copying, invitation_mail, invitations
    from readinglists.imports import steps

    return [
        (subscribe.MAILS_AN_ADDRESS, "mails to confirm a subscription", "recipient"),
        (subscribe.MAILS_A_NETWORK, "mails to confirm a subscription", "address"),
        (proof.MAILS_A_READER, "mails with a code", "reader"),
        (places.DOWNLOADS, "archives written", "reader"),
        (places.UPLOADS, "archives read", "reader"),
        (invitations.AN_OWNER, "invitations to lists", "reader"),
        (invitation_mail.AN_ADDRESS, "mails with an invitation", "recipient"),
        (copying.A_READER, "lists, or 200 entries and more, copied", "reader"),
        (steps.A_READER, "files and texts read as lists", "reader"),
        (link_pictures.DRAWN, "pictures drawn", "site"),
    ]


def _counted_in_rows() -> list[tuple[Limit, str, str]]:
    from papers import requests, votes

    return [
        (Limit("", votes.MOST_CHANGES_AN_HOUR, HOUR), "votes given or taken back", "reader"),
        (Limit("", requests.MOST_A_DAY, 24 * HOUR), "papers asked for that are not here", "reader"),
    ]


def _of_api() -> list[tuple[Limit, str, str]]:
    kinds = (
        ("API_READS_PER_HOUR", "API: reads with tokens", "reader"),
        ("API_WRITES_PER_HOUR", "API: all else with tokens", "reader"),
        ("API_VISITOR_REQUESTS_PER_HOUR", "API without a token, or with a wrong one", "address"),
    )
    return [
        (Limit("", getattr(settings, name), HOUR), f"{what} (`{name}`)", by)
        for name, what, by in kinds
    ]


def _of_single_things() -> Iterable[str]:
    yield "## Single things\n\nWherever they are asked for, by page or API.\n"
    yield "| what | most | by |\n| --- | --- | --- |"
    for limit, what, by in (*declared(), *_counted_in_rows(), *_of_api()):
        yield f"| {what} | {_rate(limit.amount, limit.window_seconds)} | {by} |"
    yield ""


def _of_accounts() -> Iterable[str]:
    from allauth.account import app_settings
    from allauth.core.internal.ratelimit import parse_rates

    names = {"ip": "address", "user": "reader", "key": "account"}
    yield "## Accounts\n\nAllauth's, beside the first row above.\n"
    yield "| what | most |\n| --- | --- |"
    for action, rates in sorted(app_settings.RATE_LIMITS.items()):
        if rates and "phone" not in action:
            said = (
                f"{_rate(rate.amount, int(rate.duration))} by {names[rate.per]}"
                for rate in parse_rates(rates)
            )
            yield f"| {action.replace('_', ' ')} | {', '.join(said)} |"
    yield ""


def _exempt() -> Iterable[str]:
    from config.rate_limits.rules import EXEMPT

    yield "## Without a limit of these\n\n| routes | why |\n| --- | --- |"
    yield from (f"| `{route}` | {why} |" for route, why in EXEMPT.items())
    yield "\nPages not named here are kept for visitors; they cost readers a few indexed queries.\n"


def _rate(amount: int, seconds: int) -> str:
    for length, name in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds % length == 0:
            times = seconds // length
            return f"{amount} in {times} {name}s" if times > 1 else f"{amount} {_a(name)} {name}"
    return f"{amount} in {seconds} seconds"


def _a(name: str) -> str:
    return "an" if name == "hour" else "a"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    sys.stdout.write(table())
