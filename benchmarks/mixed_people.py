"""Whom a mixed load plays, and what they can ask for. To be imported after django.setup()."""

import random
import time
from datetime import timedelta
from urllib.parse import quote

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from benchmarks import asking
from benchmarks.corpus import word
from benchmarks.mixed_requests import CSRF, People, Reader
from benchmarks.whole_site import the_list
from papers.models import Paper, PaperStats, Vote
from readinglists import sharing
from readinglists.models import Entry, ReadingList

POOL = 20_000  # the newest papers, of which readers vote for some and save some
EACH = 60
MOVED = 4
DEEP_PAGES = range(2, 30)


def choose_people(count: int) -> People:
    """Log so many of the site's readers in; their accounts are old and confirmed."""
    users = list(User.objects.filter(digest_enabled=True).order_by("-pk")[:count])
    _make_confirmed(users)
    ids = list(Paper.objects.newest_first().values_list("pk", flat=True)[:POOL])
    # Those without votes: the counter and the votes of each can then be compared.
    voted = PaperStats.objects.filter(paper_id__in=ids, votes__gt=0)
    unvoted = sorted(set(ids) - set(voted.values_list("paper_id", flat=True)))
    readers = [_reader(user, ids, unvoted) for user in users]
    words = [word(50 + 3 * n) for n in range(400)]
    return People(readers, _pages(), words, run=int(time.time()))


def _make_confirmed(users: list[User]) -> None:
    joined = timezone.now() - timedelta(days=30)
    User.objects.filter(pk__in=[user.pk for user in users]).update(date_joined=joined)
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users],
        ignore_conflicts=True,
    )
    for user in users:
        if not ReadingList.objects.filter(owner=user, is_default=True).exists():
            first = ReadingList.objects.filter(owner=user).order_by("pk")[:1]
            ReadingList.objects.filter(pk__in=first).update(is_default=True)


def _reader(user: User, ids: list[int], unvoted: list[int]) -> Reader:
    chance = random.Random(user.pk)
    default = ReadingList.objects.get(owner=user, is_default=True)
    entries = list(Entry.objects.filter(reading_list=default).order_by("pk"))
    has = {entry.paper_id for entry in entries}
    votes = set(Vote.objects.filter(user=user).values_list("paper_id", flat=True))
    cookie = asking.asker_for(user.email).headers["Cookie"]
    return Reader(
        pk=user.pk,
        cookie=f"{cookie}; {settings.CSRF_COOKIE_NAME}={CSRF}",
        list_id=default.pk,
        unsaved=[pk for pk in chance.sample(ids, min(EACH, len(ids))) if pk not in has],
        unvoted=[pk for pk in chance.sample(unvoted, min(EACH, len(unvoted))) if pk not in votes],
        moved=[entry.pk for entry in entries[:MOVED]],
        noted={entry.pk: entry.version for entry in entries[MOVED : 2 * MOVED]},
    )


def _pages() -> dict[str, list[str]]:
    papers = list(Paper.objects.newest_first()[:2_000])
    codes = sorted({paper.primary_category_id for paper in papers if paper.primary_category_id})
    link = the_list().share_links.order_by("pk")[0]
    shared = f"/l/{sharing.key_of(link)}/"
    words = [quote(f"{word(50 + n)} {word(300 + 3 * n)}") for n in range(200)]
    trending = ["/trending/all/", "/trending/now/", "/trending/week/", "/trending/month/"]
    return {
        "front": ["/"],
        "trending": trending,
        "deep": [f"/trending/all/?page={page}" for page in DEEP_PAGES],
        "new": [f"/new/{code}/" for code in codes],
        "paper": [paper.get_absolute_url() for paper in papers],
        "author": [f"/author/{quote(paper.authors[0])}/" for paper in papers],
        "feed": ["/trending/all/feed.atom", *(f"/new/{code}/feed.atom" for code in codes)],
        "shared list": [shared, *(f"{shared}?page={page}" for page in DEEP_PAGES)],
        "API": ["/api/v1/trending", *(f"/api/v1/search?q={each}" for each in words)],
        "lists": ["/lists/"],
        "follows": ["/follows/"],
    }
