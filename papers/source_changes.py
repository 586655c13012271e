"""What an administrator may do with sources: add, rename, pause, try now, remove.

It decides what may be a source and which ones the settings would make again. It never fetches:
trying a source is papers/refresh.py. Every refusal is a ValueError in words.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from papers.addresses import public_address
from papers.identifiers import ARCHIVES
from papers.models import Source
from papers.pauses import address_of, paused_until
from papers.sources import HUGGINGFACE_LISTS, names_in_settings

Kind = Source.Kind

ONLY_ONE = (Kind.HUGGINGFACE, Kind.GITHUB, Kind.SEMANTIC_SCHOLAR)
OF_A_CATEGORY = (Kind.ARXIV_RSS, Kind.ARXIV_OAI, Kind.ARXIV_LIST)
LEAST_INTERVAL_MINUTES = 60
LONGEST_TITLE = 200

_CATEGORY = re.compile(r"(?P<archive>[a-z-]+)(?:\.[A-Za-z-]{2,17})?")
_CATEGORY_PAGE = re.compile(
    r"(?:https?://)?(?:www\.|export\.|rss\.)?arxiv\.org/(?:rss|atom|list)/"
    r"(?P<category>[A-Za-z.-]+)(?:/[a-z]+)?/?",
)


@dataclass(frozen=True, slots=True)
class WantedSource:
    """`kinds` with one `key`: three for a category of arXiv, else one."""

    kinds: tuple[Kind, ...]
    key: str


def read_wanted(text: str) -> WantedSource:
    """The source that `text` means: a category of arXiv or a page of it, or a feed's address."""
    text = text.strip()
    page = _CATEGORY_PAGE.fullmatch(text)
    candidate = page["category"] if page else text
    if page or "." not in candidate or _has_archive(candidate):
        return WantedSource(kinds_of_a_category(), category(candidate))
    return WantedSource((Kind.SYNDICATION,), public_address(text))


def kinds_of_a_category() -> tuple[Kind, ...]:
    """Its feed, and where they are not switched off its nightly repair and its list page."""
    is_on = {Kind.ARXIV_OAI: settings.ARXIV_REPAIR, Kind.ARXIV_LIST: settings.ARXIV_WITNESS}
    return tuple(kind for kind in OF_A_CATEGORY if is_on.get(kind, True))


def only_one(kind: Kind) -> WantedSource:
    """The source of a kind of which there is one; raises ValueError when settings turn it off."""
    if kind == Kind.SEMANTIC_SCHOLAR and not settings.SEMANTIC_SCHOLAR_KEY:
        raise ValueError(_("Set SEMANTIC_SCHOLAR_KEY first: without a key it hardly answers."))
    if kind == Kind.GITHUB and not settings.GITHUB_STARS:
        raise ValueError(_("The setting GITHUB_STARS is off."))
    return WantedSource((kind,), "")


def category(text: str) -> str:
    """`text` when it looks like a category or a whole archive of arXiv (`cs.LG`, `hep-th`)."""
    if not text:
        raise ValueError(_("Type a feed's address or a category of arXiv, such as cs.LG."))
    if not _has_archive(text):
        words = _("“%s” is neither an address nor a category of arXiv, such as cs.LG or math.")
        raise ValueError(words % text[:60])
    return text


def _has_archive(text: str) -> bool:
    match = _CATEGORY.fullmatch(text)
    return bool(match and match["archive"] in ARCHIVES)


def check_key(kind: str, key: str) -> str:
    """`key` as it is stored for a source of `kind`; raises ValueError when it cannot be one."""
    if kind == Kind.SYNDICATION:
        return public_address(key)
    if kind in OF_A_CATEGORY:
        return category(key.strip())
    if kind == Kind.HUGGINGFACE and key in HUGGINGFACE_LISTS:
        return key
    if key.strip():
        raise ValueError(_("There is only one source of this kind: leave the key empty."))
    return ""


def missing_kinds(wanted: WantedSource) -> list[Kind]:
    """Those of `wanted.kinds` that are no source yet; raises ValueError when all of them are."""
    keys = {wanted.key, other_scheme(wanted.key)}
    have = set(Source.objects.filter(key__in=keys).values_list("kind", flat=True))
    missing = [kind for kind in wanted.kinds if kind not in have]
    if not missing:
        words = _("“%s” is a source here already.")
        raise ValueError(words % (wanted.key or wanted.kinds[0].label))
    return missing


def other_scheme(address: str) -> str:
    """The same address over https or http instead: one feed is not read twice."""
    if address.startswith("https:"):
        return "http:" + address.removeprefix("https:")
    return "https:" + address.removeprefix("http:") if address.startswith("http:") else address


def add_sources(wanted: WantedSource, *, title: str = "") -> list[Source]:
    """Store the sources that are missing, due at once, and return them."""
    kinds = missing_kinds(wanted)
    title = title[:LONGEST_TITLE] if wanted.kinds == (Kind.SYNDICATION,) else ""
    made = [
        Source(kind=kind, key=wanted.key, title=title, next_due_at=timezone.now()) for kind in kinds
    ]
    with transaction.atomic():
        # Another administrator may have been quicker: then theirs stays.
        Source.objects.bulk_create(made, ignore_conflicts=True)
    return list(Source.objects.filter(kind__in=kinds, key=wanted.key))


def is_named_by_settings(source: Source) -> bool:
    """Whether the next tick would make this source again (papers/sources.py)."""
    return (source.kind, source.key) in names_in_settings()


def set_paused(source: Source, *, is_paused: bool) -> None:
    Source.objects.filter(pk=source.pk).update(is_active=not is_paused)


def try_now(source: Source, *, now: datetime) -> None:
    """Make `source` due, so that the next tick reads it within a minute.

    Raises ValueError when it is paused or its host asked to be left alone.
    """
    if not source.is_active:
        raise ValueError(_("It is paused. Resume it first."))
    refuse_while_paused(source, now=now)
    Source.objects.filter(pk=source.pk).update(next_due_at=now)


def refuse_while_paused(source: Source, *, now: datetime) -> None:
    """Raises ValueError, saying until when, while the source's host asks to be left alone."""
    if until := paused_until(address_of(source), now=now):
        shown = date_format(timezone.localtime(until), "j M, H:i")
        words = _("Its host asked to be left alone until %s. It is read after that by itself.")
        raise ValueError(words % shown)


def remove(source: Source) -> None:
    """Delete the source with its ledger. Raises ValueError when it would come back by itself."""
    if is_named_by_settings(source):
        raise ValueError(_("The site's settings name this source: it would be made again."))
    source.delete()
