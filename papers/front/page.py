"""Which papers stand on the front page: no paper twice, whatever sections want it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from papers import marks
from papers.front.new_in_own import find_new
from papers.front.offers import Offer, offers_for
from papers.marks import Marks
from papers.models import Paper
from papers.seen import SeenChoice
from papers.summary import short_abstract
from papers.trending.pages import page_of
from papers.trending.reasons import reasons_of
from papers.windows import TrendingList

FOR_VISITORS = 20
# Beside them stand what is new and near.
FOR_READERS = 10
IN_A_SECTION = 4
LEAD_ABSTRACT_CHARACTERS = 700


@dataclass(frozen=True, slots=True)
class Section:
    """What one offer came to: a few `papers`, none of which stands above."""

    offer: Offer
    papers: Sequence[Paper] = ()


@dataclass(frozen=True, slots=True)
class Front:
    """`trending` begins with the lead paper, whose abstract is given longer: `lead_abstract`."""

    trending: Sequence[Paper] = ()
    lead_abstract: str = ""
    sections: Sequence[Section] = ()
    marks: Marks = field(default_factory=Marks)
    reasons: dict[int, str] = field(default_factory=dict)

    @property
    def papers(self) -> list[Paper]:
        """All papers of the page, as it shows them."""
        return [*self.trending, *(paper for one in self.sections for paper in one.papers)]


def compose(user: AbstractBaseUser | AnonymousUser, choice: SeenChoice, *, today: date) -> Front:
    """Return the front page of `user`, a reader or a visitor, on the day `today` (UTC).

    Four queries for a visitor; for a reader two more, and those of the offers.
    """
    is_reader = isinstance(user, AbstractBaseUser)
    size = FOR_READERS if is_reader else FOR_VISITORS
    trending = page_of(TrendingList.NOW, number=1, size=size, without=choice.hidden).items
    offers = _offers(user, choice)
    offered = [pk for offer in offers for pk in offer.paper_ids]
    found = marks.collect(user, [*(paper.pk for paper in trending), *offered])
    sections = _sections(trending, offers, found, hides_seen=choice.hides)
    shown = [*trending, *(paper for section in sections for paper in section.papers)]
    reasons = reasons_of(shown, TrendingList.NOW, today=today)
    for section in sections:
        own, those = section.offer.reasons, {paper.pk for paper in section.papers}
        reasons |= {pk: own[pk] for pk in those & own.keys()}
    return Front(
        trending=trending,
        lead_abstract=_lead_abstract(trending[0]) if trending else "",
        sections=sections,
        marks=found,
        reasons=reasons,
    )


def _offers(user: AbstractBaseUser | AnonymousUser, choice: SeenChoice) -> list[Offer]:
    if not isinstance(user, AbstractBaseUser):
        return []
    return [find_new(user, choice.hidden), *offers_for(user, without=choice.hidden)]


def _choose(offer: Offer, taken: set[int], found: Marks, *, hides_seen: bool) -> list[int]:
    """Return the first of an offer's papers that are not `taken` and bear no unwanted mark."""
    unwanted = set().union(*(getattr(found, name) for name in offer.unless))
    if hides_seen:
        unwanted |= found.seen
    free = [pk for pk in offer.paper_ids if pk not in taken and pk not in unwanted]
    return free[:IN_A_SECTION]


def _sections(
    trending: Sequence[Paper], offers: Sequence[Offer], found: Marks, *, hides_seen: bool
) -> list[Section]:
    taken = {paper.pk for paper in trending}
    chosen = []
    for offer in offers:
        ids = _choose(offer, taken, found, hides_seen=hides_seen)
        taken.update(ids)
        chosen.append(ids)
    wanted = [pk for ids in chosen for pk in ids]
    papers = Paper.objects.for_cards().not_withdrawn().in_bulk(wanted)
    return [
        Section(offer, [papers[pk] for pk in ids if pk in papers])
        for offer, ids in zip(offers, chosen, strict=True)
    ]


def _lead_abstract(paper: Paper) -> str:
    found = Paper.objects.filter(pk=paper.pk).values_list("abstract", flat=True).first()
    return short_abstract(found or "", characters=LEAD_ABSTRACT_CHARACTERS)
