"""Which interfaces told of a paper, in words: "arXiv feed cs.LG, Hugging Face".

It decides how an origin (PaperOrigin) is called; never how much its word counts (TextSource).
Addresses of feeds are not shown, for they may hold a subscriber's key. Read more: docs/sources.md.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from papers.models import Paper, PaperOrigin, Source

Kind = Source.Kind


def told_by(paper: Paper) -> list[str]:
    """Return who told of `paper`, whoever did first in front, each once. At most two queries."""
    rows = PaperOrigin.objects.filter(paper=paper).order_by("first_seen_at", "pk")
    origins = list(rows.values_list("origin", flat=True))
    titles = _feed_titles(origins)
    words = (_in_words(*_split(origin), titles) for origin in origins)
    return list(dict.fromkeys(word for word in words if word))


def _split(origin: str) -> tuple[str, str]:
    """Kind and key, as Source.name joins them."""
    kind, _colon, key = origin.partition(":")
    return kind, key


def _feed_titles(origins: Iterable[str]) -> dict[str, str]:
    keys = [key for kind, key in map(_split, origins) if kind == Kind.SYNDICATION]
    if not keys:
        return {}
    feeds = Source.objects.filter(kind=Kind.SYNDICATION, key__in=keys)
    return dict(feeds.values_list("key", "title"))


def _in_words(kind: str, key: str, titles: dict[str, str]) -> str:
    """Empty for what was only asked for a number and told of no paper."""
    if kind == Kind.ARXIV_RSS:
        return _("arXiv feed %s") % key
    if kind == Kind.SYNDICATION:
        return titles.get(key) or _host(key)
    return {
        str(Kind.HUGGINGFACE): "Hugging Face",
        # Backfills read the same interfaces and are the same origin.
        "arxiv_oai": _("arXiv's nightly repair or backfill"),
        "arxiv_oai_raw": _("arXiv's nightly repair or backfill"),
        "arxiv_api": _("arXiv's query API"),
        "crossref": "Crossref",
        "file": _("a papers file"),
    }.get(kind, "")


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or _("a feed")
    except ValueError:
        return _("a feed")
