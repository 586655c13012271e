"""What each setting of an operator means, in the order of the table that docs/settings.md shows.

Defaults are not written here: the table takes those that config/settings.py gave when it read them,
unless they are made of other settings. A setting without a line here fails a test by name.
"""

from dataclasses import dataclass
from typing import Literal

# Who acts on it: a machine without that process need not be given it.
By = Literal["all", "web", "worker-io", "worker-cpu", "workers", "web, workers", "start"]


@dataclass(frozen=True, slots=True)
class Setting:
    """`default` stands in for what was read; `same` where all machines must have the same value;
    `secret` where NAME_FILE is the better way."""

    name: str
    meaning: str
    by: By = "all"
    default: str = ""
    same: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    settings: tuple[Setting, ...]


GROUPS = (
    Group(
        "The site",
        (
            Setting(
                "SITE_URL",
                "the public address, `https://papers.example.org`; none: a private site, on this "
                "machine only",
                same=True,
            ),
            Setting("SITE_NAME", "shown on every page and mail", same=True),
            Setting(
                "CONTACT",
                "sent along when sources are fetched (arXiv asks for one), and named in mails "
                "about what operators did",
                same=True,
            ),
            Setting(
                "ALLOWED_HOSTS",
                "further names beside the host of `SITE_URL`, such as the address by which a load "
                "balancer or Prometheus asks a machine",
                "web",
            ),
            Setting("HOST", "the address on which the web server listens", "web"),
            Setting("PORT", "its port", "web"),
            Setting(
                "TRUSTED_PROXIES",
                "how many own proxies a request passes, which write `X-Forwarded-For` and "
                "`X-Forwarded-Proto`: 1 at least where `SITE_URL` is https; too many and clients "
                "choose the address by which they are limited",
                "web",
                same=True,
            ),
            Setting(
                "LIMITS_TIMES",
                "multiplies the limits by address: for many readers behind one (docs/limits.md)",
                "web",
                same=True,
            ),
            Setting(
                "STAFF_NEEDS_MFA",
                "operators' pages open only to who logged in with a second step",
                "web",
                same=True,
            ),
            Setting("DEBUG", "for developers: faults show code and settings"),
            Setting(
                "LOG_LEVEL",
                "`debug`, `info`, `warning`, `error` or `critical`, and what is worse",
            ),
            Setting("LOG_FORMAT", "`plain`, or `json`: an object a line, for programs"),
            Setting(
                "METRICS_TOKEN",
                "who shows it may read `/metrics`; without it and `METRICS_ADDRESSES` none is",
                "web",
                same=True,
                secret=True,
            ),
            Setting("METRICS_ADDRESSES", "addresses or networks that may read `/metrics`", "web"),
        ),
    ),
    Group(
        "Keys",
        (
            Setting(
                "SECRET_KEY",
                "signs sessions and links in mails; a new one logs everybody out",
                default="made in `var/keys/`",
                same=True,
                secret=True,
            ),
            Setting(
                "SECRET_KEY_FALLBACKS",
                "former keys that are still believed, the newest first",
                same=True,
                secret=True,
            ),
            Setting(
                "LINK_KEY",
                "makes share links and private feeds; a new one ends them all",
                default="made in `var/keys/`",
                same=True,
                secret=True,
            ),
            Setting(
                "ADDRESS_KEY",
                "hashes addresses that refused mail; a new one forgets them",
                default="made in `var/keys/`",
                same=True,
                secret=True,
            ),
        ),
    ),
    Group(
        "Servers and folders",
        (
            Setting(
                "DATABASE_URL",
                "`postgresql://user:password@host:5432/name`, Postgres 15 or newer",
                default="a private Postgres",
                same=True,
                secret=True,
            ),
            Setting(
                "CONN_MAX_AGE",
                "seconds for which a connection to Postgres is kept; 0 behind a pooler",
            ),
            Setting(
                "REDIS_URL",
                "`redis://:password@host:6379/0`, with `maxmemory-policy volatile-ttl`",
                default="a private Valkey",
                same=True,
                secret=True,
            ),
            Setting(
                "BROADSHEET_VAR",
                "the folder of what this machine writes: search index, keys, private servers, "
                "outbox; not in `.env`",
                default="`var/` beside manage.py",
            ),
            Setting(
                "STATIC_ROOT",
                "the folder of the collected static files; an image has them built in",
                "web",
                "`static/` in `BROADSHEET_VAR`",
            ),
        ),
    ),
    Group(
        "Processes",
        (
            Setting(
                "WEB_WORKERS",
                "`threads`, or `sync`: cheaper, and only behind a proxy that reads whole requests, "
                "as `deploy/nginx` does",
                "web",
            ),
            Setting("WEB_PROCESSES", "processes of the web server", "web"),
            Setting("WEB_THREADS", "threads of each; without meaning for `sync`", "web"),
            Setting("IO_THREADS", "fetches and mails at a time", "worker-io"),
            Setting("CPU_PROCESSES", "documents parsed at a time", "worker-cpu"),
            Setting("SAMPLE", "`1` loads invented papers at the start", "start", "none"),
        ),
    ),
    Group(
        "Readers and programs",
        (
            Setting("PUBLIC_LISTS", "whether readers may make lists public", "web", same=True),
            Setting(
                "FOLLOWS_PER_READER", "searches one reader may follow, and lists", "web", same=True
            ),
            Setting("API_READS_PER_HOUR", "what one reader's programs may ask", "web", same=True),
            Setting("API_WRITES_PER_HOUR", "and change", "web", same=True),
            Setting(
                "API_VISITOR_REQUESTS_PER_HOUR",
                "what one network may ask without a token",
                "web",
                same=True,
            ),
        ),
    ),
    Group(
        "Mail",
        (
            Setting(
                "EMAIL_URL",
                "`smtp+tls://user:password@host:587`; none: mail stays on this machine, at "
                "`/outbox/`",
                "web, workers",
                same=True,
                secret=True,
            ),
            Setting(
                "DEFAULT_FROM_EMAIL",
                "the sender of account mail",
                default="broadsheet@ the host of `SITE_URL`",
                same=True,
            ),
            Setting(
                "DIGEST_FROM_EMAIL",
                "the sender of digests",
                default="`DEFAULT_FROM_EMAIL`",
                same=True,
            ),
            Setting(
                "DKIM_SELECTOR",
                "the name under which the relay signs, `s1` of `s1._domainkey.papers.example.org`; "
                "`manage.py doctor` looks for its key",
                same=True,
            ),
            Setting(
                "DIGEST_WAIT_MINUTES",
                "for how long issues wait for papers of the day known to be missing",
                "worker-io",
                same=True,
            ),
            Setting(
                "DIGEST_RESEND_UNKNOWN",
                "whether an issue goes out again of which nobody knows whether it arrived",
                "worker-io",
                same=True,
            ),
            Setting(
                "DIGEST_MAILS_PER_MINUTE",
                "how fast digests leave, all workers together; 0: no limit",
                "worker-io",
                same=True,
            ),
            Setting(
                "DIGEST_MAILS_PER_MINUTE_A_DOMAIN",
                "the same for each domain of addresses",
                "worker-io",
                same=True,
            ),
            Setting(
                "BOUNCE_ADDRESS",
                "where mail that cannot be delivered goes, `bounces@papers.example.org`",
                "worker-io",
                same=True,
            ),
            Setting(
                "BOUNCE_IMAP_URL",
                "a mailbox it is read from, `imaps://user:password@host/INBOX`",
                "worker-io",
                same=True,
                secret=True,
            ),
            Setting("BOUNCE_MAILDIR", "a folder it is read from", "worker-io"),
            Setting(
                "ANYMAIL_PROVIDER",
                "mail by a provider's API in place of `EMAIL_URL`, an extra",
                "web, workers",
                "none",
                same=True,
            ),
            Setting(
                "ANYMAIL_...",
                "the provider's own settings, such as `ANYMAIL_WEBHOOK_SECRET`",
                "web, workers",
                "none",
                same=True,
                secret=True,
            ),
        ),
    ),
    Group(
        "Papers",
        (
            Setting("ARXIV_CATEGORIES", "which arXiv feeds are read", same=True),
            Setting("ARXIV_REPAIR", "the nightly read of arXiv's OAI-PMH", "worker-io", same=True),
            Setting(
                "ARXIV_WITNESS",
                "whether arXiv's list page is asked how many papers there are",
                "worker-io",
                same=True,
            ),
            Setting("GITHUB_STARS", "whether stars are counted", "worker-io", same=True),
            Setting("GITHUB_TOKEN", "more stars an hour", "worker-io", same=True, secret=True),
            Setting(
                "SEMANTIC_SCHOLAR_KEY",
                "citation counts, which need it",
                "worker-io",
                same=True,
                secret=True,
            ),
            Setting(
                "FETCH_ALLOWED_PRIVATE_HOSTS",
                "`host:port` pairs inside the own network that may be fetched from",
                "workers",
                same=True,
            ),
            Setting("FETCH_LARGEST_MB", "the largest answer of a source", "worker-io"),
            Setting("OAI_LARGEST_MB", "the largest of OAI-PMH", "worker-io"),
            Setting(
                "ARXIV_SPACING_SECONDS",
                "between two requests to arXiv, by arXiv's wish",
                "worker-io",
                same=True,
            ),
            Setting(
                "ARXIV_LIST_SPACING_SECONDS", "the same for its list page", "worker-io", same=True
            ),
            Setting("ARXIV_RSS_URL", "where the daily feeds are", "worker-io", same=True),
            Setting("ARXIV_API_URL", "where the API is", "worker-io", same=True),
            Setting("ARXIV_OAI_URL", "where OAI-PMH is", "worker-io", same=True),
            Setting("ARXIV_LIST_URL", "where the list page is", "worker-io", same=True),
            Setting("HUGGINGFACE_URL", "where its daily papers are", "worker-io", same=True),
            Setting("CROSSREF_URL", "where DOIs are looked up", "worker-io", same=True),
            Setting("GITHUB_URL", "where stars are", "worker-io", same=True),
            Setting("SEMANTIC_SCHOLAR_URL", "where citations are", "worker-io", same=True),
        ),
    ),
    Group(
        "Encryption",
        (
            Setting(
                "SECURE_SSL_REDIRECT",
                "send http to https",
                "web",
                "yes where `SITE_URL` is https",
            ),
            Setting(
                "SECURE_HSTS_SECONDS",
                "for how long browsers insist on https",
                "web",
                "a year where `SITE_URL` is https, else 0",
            ),
            Setting(
                "SECURE_HSTS_INCLUDE_SUBDOMAINS",
                "the same for names below the site's",
                "web",
                "yes where `SITE_URL` is https",
            ),
            Setting("SECURE_HSTS_PRELOAD", "let browsers ship with it, for years", "web"),
        ),
    ),
)
# Read elsewhere than in config/settings.py, or only where they are set.
OTHERS = ("BROADSHEET_VAR", "SAMPLE", "ANYMAIL_PROVIDER", "ANYMAIL_...")
