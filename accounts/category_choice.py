"""The categories that a new reader is offered, and what becomes of those they tick.

It decides which are offered first: those that this site gathers whole. A category chosen is a
search followed like any other (accounts/follows.py); never touches follows that ask for more.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import follows
from accounts.follows import CannotFollow
from accounts.models import Follow, User
from papers.category_names import CATEGORY_NAMES
from papers.models import Category, Source
from papers.search.language import parse
from papers.search.tree import And, InCategory


@dataclass(frozen=True, slots=True)
class Offer:
    """`name` is arXiv's, "" where it has none; `is_whole`: all its papers come here."""

    code: str
    name: str
    is_whole: bool
    is_chosen: bool


def offers_for(reader: User, ticked: Collection[str] | None = None) -> list[Offer]:
    """Return the categories that have papers here or are gathered, by code.

    Chosen are those followed, or those `ticked` on a form that is shown again. Three queries.
    """
    gathered = set(Source.objects.filter(kind=Source.Kind.ARXIV_RSS).values_list("key", flat=True))
    gathered = gathered or set(settings.ARXIV_CATEGORIES)
    known = set(Category.objects.values_list("code", flat=True))
    chosen = set(chosen_by(reader)) if ticked is None else set(ticked)
    codes = sorted(gathered | {code for code in known if code in CATEGORY_NAMES} | (chosen & known))
    return [
        Offer(code, CATEGORY_NAMES.get(code, ""), code in gathered, code in chosen)
        for code in codes
    ]


def chosen_by(reader: User) -> dict[str, Follow]:
    """Return the follows of `reader` that ask for one category and nothing else, by its code."""
    found = {}
    for each in Follow.objects.of(reader.pk).filter(query__contains="cat:"):
        tree = parse(each.query).tree
        if isinstance(tree, And) and len(tree.parts) == 1:
            (tree,) = tree.parts
        if isinstance(tree, InCategory):
            found[tree.code] = each
    return found


@transaction.atomic
def choose(reader: User, codes: Collection[str]) -> None:
    """Let `reader` follow just these of the categories offered, all or none of them.

    Raises CannotFollow, in words, for what is no category here and for more than one may follow.
    """
    offered = {offer.code for offer in offers_for(reader)}
    for code in codes:
        if code not in offered:
            raise CannotFollow(_("“%s” is no category of this site.") % code[:40])
    chosen = chosen_by(reader)
    for code in chosen.keys() & offered - set(codes):
        chosen[code].delete()
    for code in sorted(set(codes) - chosen.keys()):
        follows.follow(reader, f"cat:{code}", code)
