"""What a reader did with the papers of a page, asked once a page, not once a card.

Each mark is a SELECT of the papers that bear it, and all are one statement: as four querysets over
50 papers they took 1.4 ms of CPU, more than drawing the cards. `papers` knows votes and what was
seen; other apps add theirs with `register`, since papers imports no app.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connection

_selects: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Marks:
    """Ids of papers by mark: `voted`, `held` (voted, not counted yet), `seen`, `saved`."""

    voted: frozenset[int] = frozenset()
    held: frozenset[int] = frozenset()
    seen: frozenset[int] = frozenset()
    saved: frozenset[int] = frozenset()

    def __iter__(self) -> Iterator[tuple[str, frozenset[int]]]:
        """Each mark with the papers that bear it."""
        yield "voted", self.voted
        yield "held", self.held
        yield "seen", self.seen
        yield "saved", self.saved


def register(name: str, select: str) -> None:
    """Let the SQL `select` say which papers bear the mark `name`: their ids as `paper_id`, of the
    parameters `%(user)s`, a number, and `%(papers)s`, an array."""
    _selects[name] = select


def collect(user: AbstractBaseUser | AnonymousUser, paper_ids: Iterable[int]) -> Marks:
    """Return the marks of `user` on these papers. One query, none for a visitor."""
    ids = list(paper_ids)
    if not isinstance(user, AbstractBaseUser) or not ids:
        return Marks()
    found = _find(_selects, user.pk, ids)
    return Marks(**{name: frozenset(papers) for name, papers in found.items()})


def bearing(name: str, user_id: int, paper_ids: Iterable[int]) -> set[int]:
    """Return which of these papers bear the mark `name` of that user. One query."""
    return _find([name], user_id, list(paper_ids))[name]


def _find(names: Iterable[str], user_id: int, paper_ids: list[int]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {name: set() for name in names}
    parts = [f"SELECT '{name}', paper_id FROM ({_selects[name]}) AS {name}" for name in found]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), {"user": user_id, "papers": paper_ids})
        for name, paper_id in cursor.fetchall():
            found[name].add(paper_id)
    return found


_MINE = "user_id = %(user)s AND paper_id = ANY(%(papers)s)"
register("voted", f"SELECT paper_id FROM papers_vote WHERE {_MINE}")  # noqa: S608
register("held", f"SELECT paper_id FROM papers_vote WHERE {_MINE} AND counted_at IS NULL")  # noqa: S608
register("seen", f"SELECT paper_id FROM papers_seenpaper WHERE {_MINE}")  # noqa: S608
