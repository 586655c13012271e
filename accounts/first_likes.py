"""The papers and authors from which a new reader picks a few that they like.

It decides what is shown: what trends in the reader's categories, or what their words find; never
marks anything as liked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from papers.models import Paper
from papers.own_categories import own_categories
from papers.search.engine import IndexNotReady, search
from papers.search.language import QueryTooLong, parse
from papers.search.personal import personal_for
from papers.search.suggest import Suggestion, complete
from papers.trending.pages import MOST_CATEGORIES, page_of
from papers.windows import TrendingList

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Likeable:
    """`refused` says in words why nothing could be looked for, "" when it could."""

    papers: Sequence[Paper]
    authors: Sequence[Suggestion] = ()
    refused: str = ""


def trending_for(reader: AbstractBaseUser) -> Likeable:
    """Return what trended for a month in the reader's categories, in all where that is nothing."""
    for codes in (own_categories(reader)[:MOST_CATEGORIES], [""]):
        papers = page_of(TrendingList.MONTH, codes, number=1, size=SHOWN).items if codes else []
        if papers:
            return Likeable(papers)
    return Likeable([])


def found_by(reader: AbstractBaseUser, text: str) -> Likeable:
    """Return the best papers for `text`, as a search finds them, and authors of such a name."""
    try:
        hits = search(parse(text), limit=SHOWN, personal=personal_for(reader)).hits
    except QueryTooLong as error:
        return Likeable([], refused=str(error))
    except IndexNotReady:
        words = _("Papers cannot be searched just now. You can go on and come back later.")
        return Likeable([], refused=words)
    papers = Paper.objects.for_cards().in_bulk([hit.paper_id for hit in hits])
    authors = [each for each in complete(text, without_papers=True) if each.kind == "author"]
    return Likeable([papers[hit.paper_id] for hit in hits if hit.paper_id in papers], authors)
