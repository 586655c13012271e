"""What other apps have for one reader's front page; they tell, since papers imports none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from papers.models import SeenPaper

# Asked for, so that enough are left when those that stand on the page already are taken out.
MOST_OFFERED = 40


@dataclass(frozen=True, slots=True)
class Offer:
    """Papers for one reader, the best first; the front page shows a few, `whole` leads to all.

    `reasons` say by paper id why it is there. Papers that bear a mark of `unless` (marks.Marks)
    are left out. `hint` says in words how to fill a section that has nothing to go by.
    `later` is the address of the cards where finding them would hold up the page.
    """

    name: str
    heading: str
    whole: str
    paper_ids: Sequence[int] = ()
    reasons: Mapping[int, str] = field(default_factory=dict)
    unless: tuple[str, ...] = ()
    hint: str = ""
    later: str = ""


OfferFinder = Callable[[AbstractBaseUser, "QuerySet[SeenPaper, int] | None"], Offer]

_finders: list[OfferFinder] = []


def register(finder: OfferFinder) -> None:
    """Let `finder(user, without) -> Offer` give a section; `without` are ids to leave out."""
    _finders.append(finder)


def offers_for(
    user: AbstractBaseUser, *, without: "QuerySet[SeenPaper, int] | None"
) -> list[Offer]:
    """Return what every finder has for `user`, in the order in which they were registered."""
    return [find(user, without) for find in _finders]
