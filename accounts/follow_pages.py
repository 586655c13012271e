"""Follows as pages show them: how many papers each brought, and where its feeds are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Count, F
from django.urls import reverse

from accounts import feed_keys
from accounts.following import DAYS_BACK
from accounts.models import Follow, QueryMatch, User
from papers.models import Paper
from papers.paging import Page, get_page
from papers.search.engine import search
from papers.search.language import parse
from papers.search.narrow import dated_since, unseen
from papers.search.personal import personal_for
from papers.seen import SeenChoice

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Row:
    """`count` papers of the last 30 days; None where it depends on more than the papers."""

    follow: Follow
    count: int | None = None

    @property
    def is_being_asked(self) -> bool:
        """Whether the papers that were here before it are still to be looked through."""
        return self.follow.standing is not None and self.follow.standing.seeded_at is None

    @property
    def feeds(self) -> list[tuple[str, str]]:
        """Name and address of each feed; none when the site's key was replaced since."""
        key = feed_keys.key_of(self.follow)
        if key is None:
            return []
        names = {"atom": "Atom", "json": "JSON Feed", "bib": "BibTeX"}
        return [(name, f"{settings.SITE_URL}{_path(key, end)}") for end, name in names.items()]


def rows_of(user: User, *, now: datetime) -> list[Row]:
    """Return all follows of `user` by name. Two queries."""
    mine = list(Follow.objects.of(user.pk).select_related("standing").order_by("name", "pk"))
    counts = _counts(mine, now)
    return [Row(each, None if each.changes else counts.get(_key(each), 0)) for each in mine]


def _key(follow: Follow) -> int:
    return follow.standing_id or 0


def matches_of(follow: Follow, *, now: datetime, number: int, choice: SeenChoice) -> Page[Paper]:
    """Return one page of the papers of the last 30 days that match, newest first.

    Less what the reader has seen, where `choice` hides that.

    Where the query asks for votes, lists or a number of days back the index is asked, else what
    was matched when papers came is read. Raises IndexNotReady.
    """
    if follow.changes:
        return _matching_now(follow, now, number, choice)
    lately = QueryMatch.objects.of_the_last(DAYS_BACK, now=now)
    ids = lately.filter(standing=follow.standing_id).values("paper_id")
    papers = Paper.objects.for_cards().filter(pk__in=ids)
    if choice.hidden is not None:
        papers = papers.exclude(pk__in=choice.hidden)
    newest = papers.order_by(F("announced_on").desc(nulls_last=True), "-pk")
    return get_page(newest, number=number, size=PAGE_SIZE)


def _matching_now(follow: Follow, now: datetime, number: int, choice: SeenChoice) -> Page[Paper]:
    today = now.astimezone(UTC).date()
    query = dated_since(parse(follow.query), today - timedelta(days=DAYS_BACK))
    result = search(
        unseen(query) if choice.hides else query,
        limit=PAGE_SIZE + 1,
        offset=(number - 1) * PAGE_SIZE,
        sort="new",
        personal=personal_for(follow.user),
        today=today,
    )
    ids = [hit.paper_id for hit in result.hits]
    papers = Paper.objects.for_cards().in_bulk(ids[:PAGE_SIZE])
    items = [papers[pk] for pk in ids if pk in papers]
    return Page(items, number, PAGE_SIZE, has_next=len(ids) > PAGE_SIZE)


def _counts(mine: Sequence[Follow], now: datetime) -> dict[int, int]:
    standing = {each.standing_id for each in mine if each.standing_id and not each.changes}
    matches = QueryMatch.objects.filter(standing_id__in=standing).of_the_last(DAYS_BACK, now=now)
    found = matches.values_list("standing_id").annotate(papers=Count("pk")).order_by()
    return dict(found)


def _path(key: str, ending: str) -> str:
    return reverse("accounts:follow_feed", args=[key, ending])
