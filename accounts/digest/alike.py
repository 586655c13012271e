"""Which papers are like each other, so that an issue is not twenty of one kind.

It decides from vectors when an issue holds enough of a kind, and what is like a paper that a
reader wants less of. Before a model of meaning is trained it knows nothing and holds nothing back.
"""

from collections.abc import Collection, Sequence

import numpy as np

from papers.meaning import near as meaning

# Read by eye among 109,858 papers: at 0.7 two are of one narrow subject, at 0.6 of one field; of
# random pairs 1 in 10,000 is at 0.59. Read more: docs/decisions.md.
SAME_KIND = 0.7
ENOUGH_OF_A_KIND = 2
LIKE_UNWANTED = 0.6


class Alike:
    """The vectors of the papers that a chunk of readers may be offered. Two queries."""

    def __init__(self, paper_ids: Collection[int]) -> None:
        there, self._vectors = meaning.vectors_of(sorted(paper_ids))
        self._rows = {paper_id: row for row, paper_id in enumerate(there)}

    def is_crowded(self, paper_id: int, taken: Sequence[int]) -> bool:
        """Whether `taken` holds two papers of the same kind as this one."""
        row, others = self._rows.get(paper_id), self._known(taken)
        if row is None or len(others) < ENOUGH_OF_A_KIND:
            return False
        cosines = self._vectors[others] @ self._vectors[row]
        return int(np.count_nonzero(cosines >= SAME_KIND)) >= ENOUGH_OF_A_KIND

    def like_any(self, paper_ids: Sequence[int], unwanted: Sequence[int]) -> frozenset[int]:
        """Return those of `paper_ids` that are much like one of `unwanted`."""
        known, others = [pk for pk in paper_ids if pk in self._rows], self._known(unwanted)
        if not known or not others:
            return frozenset()
        cosines = self._vectors[self._known(known)] @ self._vectors[others].T
        nearest = cosines.max(axis=1)
        return frozenset(
            pk for pk, cosine in zip(known, nearest, strict=True) if cosine >= LIKE_UNWANTED
        )

    def _known(self, paper_ids: Sequence[int]) -> list[int]:
        return [self._rows[pk] for pk in paper_ids if pk in self._rows]
