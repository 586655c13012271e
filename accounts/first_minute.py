"""The first minute: three short questions after the address is confirmed, then a preview.

It decides which question comes next. What is answered is kept where it always is (follows, votes,
the schedule); the session holds only how far a reader came, so that going back loses nothing, and
whoever comes back later goes on where they stopped.
"""

from collections.abc import MutableMapping
from enum import StrEnum
from typing import Any

from allauth.account.models import EmailAddress

from accounts import category_choice
from accounts.following import authors_in
from accounts.models import Follow, User
from papers.models import Vote
from papers.search.language import parse
from papers.search.tree import And

Session = MutableMapping[str, Any]

KEY = "first_minute"
FOLLOWS_LOOKED_AT = 200


class Step(StrEnum):
    """In their order; `END` asks nothing, it shows the next issue."""

    CATEGORIES = "categories"
    LIKES = "likes"
    HOUR = "hour"
    END = "preview"

    @property
    def following(self) -> "Step":
        steps = list(Step)
        return steps[min(steps.index(self) + 1, len(steps) - 1)]


QUESTIONS = [Step.CATEGORIES, Step.LIKES, Step.HOUR]


def is_new_here(address: EmailAddress) -> bool:
    """Whether the address just confirmed is the first that its reader ever proved."""
    others = EmailAddress.objects.filter(user_id=address.user_id, verified=True)
    return not others.exclude(pk=address.pk).exists()


def begin(session: Session) -> None:
    session[KEY] = Step.CATEGORIES.value


def go_on(session: Session, done: Step) -> Step:
    """Note that `done` was answered or skipped and return what comes next."""
    following = done.following
    if following is Step.END:
        session.pop(KEY, None)
    else:
        session[KEY] = following.value
    return following


def place_of(session: Session, reader: User) -> Step:
    """Return where `reader` goes on: where they stopped, else at what they never answered."""
    kept = session.get(KEY)
    if kept in list(Step):
        return Step(kept)
    if not category_choice.chosen_by(reader):
        return Step.CATEGORIES
    if not Vote.objects.filter(user_id=reader.pk).exists() and not authors_of(reader):
        return Step.LIKES
    return Step.END if reader.digest_enabled else Step.HOUR


def authors_of(reader: User) -> list[Follow]:
    """Return the follows that ask for an author and nothing else, the newest first."""
    rows = Follow.objects.of(reader.pk).filter(query__contains="au:").order_by("-pk")
    return [each for each in rows[:FOLLOWS_LOOKED_AT] if _is_author(each.query)]


def end_author(reader: User, pk: str) -> None:
    """End the follow of an author by its number; what is ended already stays so."""
    for each in authors_of(reader):
        if str(each.pk) == pk:
            each.delete()


def _is_author(text: str) -> bool:
    tree = parse(text).tree
    parts = tree.parts if isinstance(tree, And) else (tree,)
    return len(parts) == 1 and bool(authors_in(tree))
