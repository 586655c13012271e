"""What a reader did with the papers of a page, asked once a page, not once a card.

`papers` knows votes and what was seen; other apps add theirs with `register`, since papers imports
no app.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from papers.models import Vote
from papers.seen import seen_ids

MarkFinder = Callable[[AbstractBaseUser, list[int]], set[int]]

_finders: dict[str, MarkFinder] = {}


@dataclass(frozen=True, slots=True)
class Marks:
    """Ids of papers by mark: `voted`, `held` (voted, not counted yet), `seen`, `saved`."""

    voted: frozenset[int] = frozenset()
    held: frozenset[int] = frozenset()
    seen: frozenset[int] = frozenset()
    saved: frozenset[int] = frozenset()

    def __iter__(self) -> Iterator[tuple[str, frozenset[int]]]:
        """Each mark with the papers that bear it."""
        for mark in fields(self):
            yield mark.name, getattr(self, mark.name)


def register(name: str, finder: MarkFinder) -> None:
    """Let `finder(user, paper_ids) -> ids that bear the mark` answer for the mark `name`."""
    _finders[name] = finder


def collect(user: AbstractBaseUser | AnonymousUser, paper_ids: Iterable[int]) -> Marks:
    """Return the marks of `user` on these papers: one query a mark, none for a visitor."""
    ids = list(paper_ids)
    if not isinstance(user, AbstractBaseUser) or not ids:
        return Marks()
    return Marks(**{name: frozenset(find(user, ids)) for name, find in _finders.items()})


def _voted(user: AbstractBaseUser, paper_ids: list[int]) -> set[int]:
    votes = Vote.objects.filter(user_id=user.pk, paper_id__in=paper_ids)
    return set(votes.values_list("paper_id", flat=True))


def _held(user: AbstractBaseUser, paper_ids: list[int]) -> set[int]:
    votes = Vote.objects.filter(user_id=user.pk, paper_id__in=paper_ids, counted_at=None)
    return set(votes.values_list("paper_id", flat=True))


register("voted", _voted)
register("held", _held)
register("seen", seen_ids)
