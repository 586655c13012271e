"""What only one reader's searches may ask for: their votes, their lists, what is new to them.

It decides whose numbers `is:` and `in:` mean; other apps tell theirs through the `register_...`
functions, since papers imports no app. Read more: docs/search.md.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from papers.models import Vote
from papers.seen import seen_ids

# Where nobody knows when a reader was last shown what is new.
NEW_DAYS = 7

SavedFinder = Callable[[AbstractBaseUser], Iterable[int]]
ListFinder = Callable[[AbstractBaseUser, str], Iterable[int] | None]
DayFinder = Callable[[AbstractBaseUser], date | None]


def _none() -> frozenset[int]:
    return frozenset()


def _no_list(name: str) -> frozenset[int] | None:
    return None


def _some_days_ago() -> date:
    return timezone.now().date() - timedelta(days=NEW_DAYS)


@dataclass(frozen=True, slots=True)
class Personal:
    """A reader's own, each asked of the database when a search first needs it.

    `in_list(name)` is None where they have no list of that name; `new_since` is the first day
    whose papers are new to them. A visitor (`is_known` false) has nothing of their own.
    """

    saved: Callable[[], frozenset[int]] = _none
    voted: Callable[[], frozenset[int]] = _none
    seen: Callable[[], frozenset[int]] = _none
    in_list: Callable[[str], frozenset[int] | None] = _no_list
    new_since: Callable[[], date] = _some_days_ago
    is_known: bool = False


NOBODY = Personal()

_saved_finders: list[SavedFinder] = []
_list_finders: list[ListFinder] = []
_day_finders: list[DayFinder] = []


def register_saved(finder: SavedFinder) -> None:
    """Let `finder(user) -> ids of papers` answer for `is:saved`."""
    _saved_finders.append(finder)


def register_lists(finder: ListFinder) -> None:
    """Let `finder(user, name) -> ids of papers, None for no such list` answer for `in:`."""
    _list_finders.append(finder)


def register_new_since(finder: DayFinder) -> None:
    """Let `finder(user) -> day, None for never shown anything` answer for `is:new`."""
    _day_finders.append(finder)


def personal_for(user: AbstractBaseUser | AnonymousUser) -> Personal:
    """Return what is `user`'s own: NOBODY for visitors. Each part is read once at most."""
    if not isinstance(user, AbstractBaseUser):
        return NOBODY
    return Personal(
        saved=cache(partial(_saved, user)),
        voted=cache(partial(_voted, user)),
        seen=cache(partial(_seen, user)),
        in_list=cache(partial(_in_list, user)),
        new_since=cache(partial(_new_since, user)),
        is_known=True,
    )


def _saved(user: AbstractBaseUser) -> frozenset[int]:
    return frozenset(paper_id for find in _saved_finders for paper_id in find(user))


def _voted(user: AbstractBaseUser) -> frozenset[int]:
    return frozenset(Vote.objects.filter(user_id=user.pk).values_list("paper_id", flat=True))


def _seen(user: AbstractBaseUser) -> frozenset[int]:
    return frozenset(seen_ids(user))


def _in_list(user: AbstractBaseUser, name: str) -> frozenset[int] | None:
    found = [ids for find in _list_finders if (ids := find(user, name)) is not None]
    return frozenset(paper_id for ids in found for paper_id in ids) if found else None


def _new_since(user: AbstractBaseUser) -> date:
    days = [day for find in _day_finders if (day := find(user)) is not None]
    return max(days, default=_some_days_ago())
