"""The papers shown beside a paper or after a list, loaded for their cards.

It decides what is shown of what is near; nearness itself is decided elsewhere (papers/meaning,
papers/search/likeness.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from papers.meaning import near
from papers.models import Paper
from papers.search.likeness import more_like

# More than are shown, since a few may have been withdrawn.
_SPARE = 10


@dataclass(frozen=True, slots=True)
class Proposed:
    """A paper and, where it is known, the paper of the list that it is most like."""

    paper: Paper
    because_of: Paper | None


def related_papers(paper_id: int, *, limit: int) -> list[Paper]:
    """Return the papers most like this one, most alike first; none before the first training."""
    found = [one.paper_id for one in near.related(paper_id, limit=limit)]
    papers = Paper.objects.for_cards().in_bulk(found)
    return [papers[pk] for pk in found if pk in papers]


def propose(paper_ids: Sequence[int], *, limit: int) -> list[Proposed]:
    """Return the papers most like those of a list, best first; raises IndexNotReady."""
    found = more_like(paper_ids, limit=limit + _SPARE)
    reasons = [like.because_of for like in found if like.because_of is not None]
    papers = Paper.objects.for_cards().in_bulk([*(like.paper_id for like in found), *reasons])
    proposed = [
        Proposed(papers[like.paper_id], papers.get(like.because_of or 0))
        for like in found
        if like.paper_id in papers and papers[like.paper_id].withdrawn_at is None
    ]
    return proposed[:limit]
