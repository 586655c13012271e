"""Which limit each route has, by its name. It decides nothing else.

Every route that takes more than GET has one or is named in EXEMPT with the reason;
tests/security/test_rate_limits.py holds the URL conf to that. The first rule that fits counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from accounts.client_address import client_network
from config.everybody import BESIDE_PAGES
from papers import kept
from papers.limits import Limit, Taken, count

MINUTE = 60
# Of a page that is not the first: such a query passes over what stands before, or reads old rows.
FAR_PAGE = frozenset({"after", "before", "page"})


@dataclass(frozen=True)
class Rule:
    """`routes` are names as `reverse` takes them, with `*` for any ending.

    Counted is by reader, for visitors by their network; by that for all where `is_by_network`.
    """

    limit: Limit
    what: str
    routes: tuple[str, ...]
    is_by_network: bool = False

    def take(self, request: HttpRequest) -> Taken:
        """Count this request. Raises CacheAwayError."""
        if self.is_by_network or not request.user.is_authenticated:
            who = f"network {client_network(request)}"
        else:
            who = f"reader {request.user.pk}"
        return count(_times(self.limit, settings.LIMITS_TIMES), who)

    def fits(self, name: str) -> bool:
        return any(fnmatchcase(name, route) for route in self.routes)


WRITING = (
    Rule(
        Limit("account-forms", 300, 10 * MINUTE),
        "log in, sign up, password, codes, second factor, sessions",
        ("account_*", "mfa_*", "usersessions_*"),
        is_by_network=True,
    ),
    Rule(
        Limit("mailing", 120, 60 * MINUTE),
        "what sends a mail",
        (
            *("accounts:subscribe", "accounts:mail_proof_code", "accounts:try_mail_again"),
            "test_mail",
            *("accounts:send_now", "readinglists:invite", "readinglists:resend_invitation"),
        ),
    ),
    Rule(
        Limit("heavy-writes", 120, 10 * MINUTE),
        "files taken in, many entries at once, papers asked for",
        (
            *("accounts:import_archive", "accounts:take_in_archive", "accounts:delete_account"),
            *("readinglists:imports", "readinglists:write_import", "readinglists:bulk"),
            *("papers:add_paper", "papers:opml_in", "papers:add_feeds_of_opml"),
        ),
    ),
    Rule(
        Limit("links-of-mails", 300, 10 * MINUTE),
        "what a key in a mail or a shared link opens",
        (
            *("accounts:confirm_subscription", "accounts:judge", "accounts:manage*"),
            *("readinglists:answer_by_token", "readinglists:join_by_link"),
            *("readinglists:shared*",),
        ),
        is_by_network=True,
    ),
    Rule(
        Limit("administration", 600, 10 * MINUTE),
        "the admin, sources and the ledger of digests",
        (
            "admin:*",
            "papers:*source*",
            "papers:*backfill*",
            "accounts:operate",
            "accounts:try_again",
        ),
    ),
    Rule(
        Limit("writes", 600, 10 * MINUTE),
        "all else that a reader presses or sends",
        ("papers:*", "accounts:*", "readinglists:*"),
    ),
)
READING = (
    Rule(
        Limit("suggestions", 900, 5 * MINUTE),
        "suggestions while a search is typed",
        ("papers:suggest*",),
    ),
    Rule(
        Limit("feeds", 600, 10 * MINUTE),
        "Atom and JSON feeds",
        ("papers:*feed*", "papers:search_atom", "papers:search_json", "accounts:follow_feed"),
    ),
    Rule(
        Limit("files", 120, 10 * MINUTE),
        "papers as files (BibTeX, CSV, ...), archives, OPML",
        (
            *("papers:search_file", "papers:cite*", "papers:opml_out", "readinglists:*_file"),
            *("accounts:download_archive", "accounts:follows_opml"),
        ),
    ),
    Rule(
        Limit("pictures", 240, 10 * MINUTE),
        "pictures for link previews",
        ("papers:*picture*",),
    ),
    Rule(
        Limit("searches", 300, 5 * MINUTE),
        "searches, authors, papers like others",
        (
            *("papers:search", "papers:author", "papers:paper_by_name"),
            *("readinglists:public_lists", "readinglists:more_like", "accounts:near"),
        ),
    ),
    Rule(
        Limit("passkey-questions", 60, 10 * MINUTE),
        "what a passkey is asked at login, which is kept in a session",
        ("mfa_login_webauthn",),
    ),
)
FAR_PAGES = Rule(
    Limit("far-pages", 300, 5 * MINUTE),
    "any page after the first (`page=`, `after=`, `before=`)",
    ("*",),
)
NOT_KEPT = Rule(
    Limit("not-kept", 600, 5 * MINUTE),
    "a visitor's page that is made anew each time: a query that it does not know, a session, or "
    "one that is not the same for all",
    ("*",),
    is_by_network=True,
)
# Names of routes, or how their addresses begin, and why none of these limits is theirs.
EXEMPT = {
    "accounts:unsubscribe": (
        "mail providers press it for many readers from few addresses (RFC 8058), and it must work; "
        "the token cannot be guessed and does one thing once"
    ),
    "anymail:*": (
        "a provider tells of thousands of mails from few addresses; the secret is in the address"
    ),
    "api/v1/*": "config/api_serving.py counts for each token, or network without one",
    "styleguide": "there only with DEBUG, and read only",
    "operate": "a page that is read only",
    "alive": "read only, asked every few seconds by programs that watch",
    "ready*": "read only, asked every few seconds by programs that watch",
    "metrics": "read only, asked by programs that watch, which show a token",
} | dict.fromkeys(BESIDE_PAGES, "read only, the same for all and made without the database")
_SAFE = ("GET", "HEAD", "OPTIONS")


def rule_for(request: HttpRequest) -> Rule | None:
    """Return the rule for a request whose route is known; None where nothing is counted."""
    match = request.resolver_match
    if match is None or is_exempt(match.view_name) or is_exempt(match.route):
        return None
    if request.method not in _SAFE:
        return rule_for_writing(match.view_name)
    rule = _first(READING, match.view_name)
    if rule is not None:
        return rule
    if not FAR_PAGE.isdisjoint(request.GET):
        return FAR_PAGES
    if request.user.is_authenticated:
        return None
    return None if kept.is_stranger(request) and kept.is_kept(match.func) else NOT_KEPT


def rule_for_writing(name: str) -> Rule | None:
    """Return the rule for a route by its name; None where it is exempt, or where nobody said."""
    return None if is_exempt(name) else _first(WRITING, name)


def is_exempt(name: str) -> bool:
    return any(fnmatchcase(name, route) for route in EXEMPT)


@lru_cache(maxsize=1024)
def _first(rules: Iterable[Rule], name: str) -> Rule | None:
    return next((rule for rule in rules if rule.fits(name)), None)


@lru_cache(maxsize=64)
def _times(limit: Limit, times: int) -> Limit:
    return Limit(limit.name, limit.amount * times, limit.window_seconds)
