"""What of the last days is near what a reader saved or voted for, for pages, not for the digest.

Found out of a model and the index, which takes longer than a page may: kept for ten minutes a
reader. What they saved or hid meanwhile is left out where it is shown, by its marks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.digest import candidates, muting, reasons
from accounts.digest.near import find_near
from accounts.digest.readers import Liking, Reader, Span, read
from accounts.models import User
from papers import marks
from papers.front.offers import MOST_OFFERED, Offer
from papers.links import link
from papers.marks import Marks
from papers.models import Paper, SeenPaper
from papers.paging import Page
from papers.sentences import in_language

DAYS = 7
MOST = 200
KEPT_SECONDS = 600
PAGE_SIZE = 20
NAME = "near"


@dataclass(frozen=True, slots=True)
class NearPaper:
    """A paper near `liked_title`, a paper that the reader saved or showed otherwise they like."""

    paper_id: int
    liking: str
    liked_title: str

    @property
    def reason(self) -> str:
        return reasons.because(Liking[self.liking], self.liked_title)


@dataclass(frozen=True, slots=True)
class NearPage:
    """A page of what is near, with the reader's marks and, by paper id, why each is there."""

    page: Page[Paper]
    marks: Marks
    reasons: dict[int, str]


def find(user: User, *, now: datetime) -> Sequence[NearPaper]:
    """Return the papers of the last seven days nearest to what `user` likes, nearest first.

    At most 200, as they were up to ten minutes ago; what is muted is left out.
    """
    kept = _kept(user.pk)
    if kept is None:
        kept = _find(user, now)
        cache.set(
            _key(user.pk), [(n.paper_id, n.liking, n.liked_title) for n in kept], KEPT_SECONDS
        )
    return kept


def page_of(user: User, found: Sequence[NearPaper], *, number: int, hides_seen: bool) -> NearPage:
    """Return page `number` (from 1) of what `find` found, less what the reader has by now.

    Two queries.
    """
    borne = marks.collect(user, [near.paper_id for near in found])
    unwanted = borne.saved | borne.voted | (borne.seen if hides_seen else frozenset())
    left = [near for near in found if near.paper_id not in unwanted]
    start = (number - 1) * PAGE_SIZE
    here = left[start : start + PAGE_SIZE]
    papers = Paper.objects.for_cards().not_withdrawn().in_bulk([near.paper_id for near in here])
    items = [papers[near.paper_id] for near in here if near.paper_id in papers]
    has_next = len(left) > start + PAGE_SIZE
    return NearPage(
        page=Page(items, number, PAGE_SIZE, has_next),
        marks=borne,
        reasons={near.paper_id: in_language(near.reason) for near in here},
    )


def offer(user: AbstractBaseUser, without: "QuerySet[SeenPaper, int] | None") -> Offer:
    """Return the front page's section; it says where to ask `later` if nothing is kept."""
    kept = _kept(user.pk)
    own = kept or []
    hint = _("Nothing of the last seven days is near what you saved or voted for so far.")
    return Offer(
        name=NAME,
        heading=_("Near your lists"),
        whole=link("accounts:near"),
        paper_ids=[near.paper_id for near in own[:MOST_OFFERED]],
        reasons={near.paper_id: in_language(near.reason) for near in own[:MOST_OFFERED]},
        unless=("saved", "voted"),
        hint="" if own or kept is None else hint,
        later=link("accounts:near") if kept is None else "",
    )


def _find(user: User, now: datetime) -> list[NearPaper]:
    (reader,) = read([user], now)
    today = now.astimezone(UTC).date()
    first = today - timedelta(days=DAYS)
    # What was mailed or seen is no less near: here one looks again.
    asking = replace(reader, span=Span(first, first, today), had=frozenset())
    found = find_near([asking]).get(user.pk, ())
    hidden = _muted(asking, [near.paper_id for near in found])
    shown = [near for near in found if near.paper_id not in hidden][:MOST]
    titles = candidates.titles_of(near.liked_id for near in shown)
    return [
        NearPaper(near.paper_id, reader.liked[near.liked_id].name, titles[near.liked_id])
        for near in shown
        if near.liked_id in titles
    ]


def _muted(reader: Reader, paper_ids: Sequence[int]) -> set[int]:
    if reader.muted is muting.NOTHING_MUTED:
        return set()
    return {pk for pk, text in muting.texts(paper_ids).items() if reader.muted.hides(text)}


def _kept(user_id: int) -> list[NearPaper] | None:
    rows = cache.get(_key(user_id))
    return None if rows is None else [NearPaper(*row) for row in rows]


def _key(user_id: int) -> str:
    return f"near-lists:1:{user_id}"
