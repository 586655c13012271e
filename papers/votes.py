"""A reader's vote: one for each paper whatever its version, taken back by voting again.

It decides which votes count, and when: those of readers whose address is confirmed, and of the
votes that new accounts give to one paper within a day only the first few; the others are held
until their accounts are older. A vote that is held is the reader's all the same. For readers this
is told on the page of the formula.
"""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.utils import timezone

from papers import counts, trending
from papers.models import Paper, PaperStats, Vote
from papers.readers import hold_reader

NEW_ACCOUNT = timedelta(days=3)
BURST = timedelta(hours=24)
MOST_OF_NEW_ACCOUNTS = 3  # votes for one paper within BURST
MOST_CHANGES_AN_HOUR = 100
RELEASED_AT_ONCE = 5_000

# Ids of those of these readers whose address is confirmed; other apps know.
ConfirmedFinder = Callable[[Collection[int]], set[int]]
_finders: list[ConfirmedFinder] = []

# One step, so that two requests at once cannot both take the last place.
_TAKE = """
INSERT INTO papers_voteallowance AS a (user_id, since, changes) VALUES (%(user)s, %(now)s, 1)
ON CONFLICT (user_id) DO UPDATE SET
    since = CASE WHEN a.since <= %(now)s::timestamptz - interval '1 hour' OR a.since > %(now)s
                 THEN %(now)s ELSE a.since END,
    changes = CASE WHEN a.since <= %(now)s::timestamptz - interval '1 hour' OR a.since > %(now)s
                   THEN 1 ELSE a.changes + 1 END
RETURNING changes, since
"""


class TooManyVotesError(Exception):
    """The reader voted as often as is allowed within an hour; `until` is when it is over."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"No more votes until {until.isoformat()}.")
        self.until = until


@dataclass(frozen=True, slots=True)
class Voted:
    """What became of it: the paper's votes that count, and until when this one is held."""

    votes: int
    held_until: datetime | None = None


def register_confirmed(finder: ConfirmedFinder) -> None:
    """Let `finder(user ids) -> those whose address is confirmed` say whose votes count."""
    _finders.append(finder)


@transaction.atomic
def set_vote(user: AbstractBaseUser, paper: Paper, *, voted: bool, now: datetime) -> Voted:
    """Make `user`'s vote for `paper` what `voted` says; asking twice changes nothing.

    Counter, snapshot and score change with the vote, at once. Locks are taken in the order reader,
    paper, vote. Raises TooManyVotesError, and the reader's DoesNotExist when the account is gone.
    """
    hold_reader(user.pk)
    vote = Vote.objects.filter(user_id=user.pk, paper=paper).first()
    if voted != (vote is not None):
        _take_allowance(user, now)
        if voted:
            vote = _add(user, paper, now)
        else:
            vote = None
            _remove(user, paper, now)
    stats = PaperStats.objects.filter(paper=paper).values_list("votes", flat=True)
    is_held = vote is not None and vote.counted_at is None
    return Voted(stats.first() or 0, _end_of_newness(user, now) if is_held else None)


def _add(user: AbstractBaseUser, paper: Paper, now: datetime) -> Vote | None:
    # Those who vote for one paper wait for each other, else a burst would not see itself.
    PaperStats.objects.get_or_create(paper=paper)
    trending.lock_stats([paper.pk])
    counted_at = now if _counts_at_once(user, paper, now) else None
    vote, is_new = Vote.objects.get_or_create(
        user_id=user.pk, paper=paper, defaults={"counted_at": counted_at, "voted_at": now}
    )
    if is_new and counted_at:
        counts.change_own("votes", {paper.pk: 1}, now=now)
    return vote


def _remove(user: AbstractBaseUser, paper: Paper, now: datetime) -> None:
    trending.lock_stats([paper.pk])
    removed = Vote.objects.select_for_update().filter(user_id=user.pk, paper=paper).first()
    if removed is not None:
        removed.delete()
        if removed.counted_at:
            counts.change_own("votes", {paper.pk: -1}, now=now)


def release_held(*, now: datetime) -> int:
    """Let the votes count whose readers are not new any more; return how many."""
    old = Vote.objects.filter(counted_at=None, user__date_joined__lte=now - NEW_ACCOUNT)
    found = dict(old.order_by("voted_at").values_list("pk", "paper_id")[:RELEASED_AT_ONCE])
    with transaction.atomic():
        trending.lock_stats(sorted(set(found.values())))
        held = Vote.objects.select_for_update(skip_locked=True, of=("self",))
        votes = list(held.filter(pk__in=found, counted_at=None).order_by("pk"))
        confirmed = _confirmed({vote.user_id for vote in votes})
        released = [vote for vote in votes if vote.user_id in confirmed]
        Vote.objects.filter(pk__in=[vote.pk for vote in released]).update(counted_at=now)
        counts.change_own("votes", Counter(vote.paper_id for vote in released), now=now)
    return len(released)


def papers_counted_for(reader_id: int) -> set[int]:
    """Return the ids of the papers that this reader's votes count for."""
    counted = Vote.objects.filter(user_id=reader_id, counted_at__isnull=False)
    return set(counted.values_list("paper_id", flat=True))


def forget_reader(instance: AbstractBaseUser, **_signal: Any) -> None:
    """Take a reader who is about to be deleted out of every count (receiver of pre_delete)."""
    trending.lock_stats(sorted(papers_counted_for(instance.pk)))
    # Again: one may have begun to count, or moved to another paper, while this waited.
    counted = papers_counted_for(instance.pk)
    counts.change_own("votes", dict.fromkeys(counted, -1), now=timezone.now())


def _counts_at_once(user: AbstractBaseUser, paper: Paper, now: datetime) -> bool:
    if user.pk not in _confirmed({user.pk}):
        return False
    if _end_of_newness(user, now) <= now:
        return True
    of_new_accounts = Vote.objects.filter(
        counted_at__gt=now - BURST,
        paper=paper,
        user__date_joined__gt=now - NEW_ACCOUNT,
    )
    return of_new_accounts.count() < MOST_OF_NEW_ACCOUNTS


def _end_of_newness(user: AbstractBaseUser, now: datetime) -> datetime:
    joined: datetime = getattr(user, "date_joined", None) or now
    return joined + NEW_ACCOUNT


def _confirmed(user_ids: Collection[int]) -> set[int]:
    return {pk for find in _finders for pk in find(user_ids)}


def _take_allowance(user: AbstractBaseUser, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"user": user.pk, "now": now})
        changes, since = cursor.fetchone()
    if changes > MOST_CHANGES_AN_HOUR:
        raise TooManyVotesError(since + timedelta(hours=1))
