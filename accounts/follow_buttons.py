"""What the button beside a search offers: to follow it, to be asked first, or to end it.

It decides who is asked before following (whoever asks for an author alone); never follows.
"""

from dataclasses import dataclass

from accounts import follows
from accounts.following import authors_in
from accounts.follows import CannotFollow
from accounts.models import Follow, User
from papers.search.tree import And, Query


@dataclass(frozen=True, slots=True)
class Button:
    """`known` is the reader's follow of just this search; where it is None, the search can be
    followed at once, unless `asks_first`."""

    query_text: str
    known: Follow | None = None
    asks_first: bool = False


def button_for(reader: User | None, text: str) -> Button | None:
    """Return what to show beside the search `text`, None for what cannot be followed.

    A visitor is led to the page that says what would come, and from there to log in. One query.
    """
    try:
        query = follows.read_query(text)
    except CannotFollow:
        return None
    if reader is None:
        return Button(text, asks_first=True)
    known = follows.find(reader, query)
    return Button(text, known, asks_first=known is None and _is_author_alone(query))


def _is_author_alone(query: Query) -> bool:
    parts = query.tree.parts if isinstance(query.tree, And) else (query.tree,)
    return len(parts) == 1 and bool(authors_in(query.tree))
