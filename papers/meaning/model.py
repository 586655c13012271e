"""A model of meaning: plain arrays that turn the terms of a text into a vector.

Decides how much a term weighs in a text and where the text then lies; never how a model is made
(fitting.py) nor where it is kept (store.py). Needs numpy alone. Read more: DESIGN 3.4.
"""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from papers.meaning.terms import count_terms

DIMENSIONS = 256
Vector = NDArray[np.float32]
ARRAYS: dict[str, tuple[str, int]] = {
    "terms": ("<u8", 1),
    "weights": ("<f4", 1),
    "components": ("<f2", DIMENSIONS),
}


@dataclass(frozen=True, slots=True)
class Model:
    """`terms` (n) are numbers in order; `weights` (n) their idf; `components` (n x 256)."""

    key: UUID
    terms: NDArray[np.uint64]
    weights: NDArray[np.float32]
    components: NDArray[np.float16]

    def encode(self, text: str) -> Vector | None:
        """Return the vector of `text`, of length 1; None when no term of it is known.

        Latent semantic analysis: the text's (1 + ln tf) * idf, projected on the first right
        singular vectors of the papers' (Deerwester et al. 1990; weights as in SMART's "ltc").
        """
        rows, counts = self.known_terms(*count_terms(text))
        if not len(rows):
            return None
        weights = weigh(counts) * self.weights[rows]
        vector: Vector = weights @ self.components[rows].astype(np.float32)
        length = float(np.linalg.norm(vector))
        return vector / np.float32(length) if length > 0 else None

    def known_terms(
        self, numbers: NDArray[np.uint64], counts: NDArray[np.float32]
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Return the rows of those terms that the model knows, and their counts."""
        rows = np.searchsorted(self.terms, numbers)
        rows[rows == len(self.terms)] = 0
        known = np.asarray(self.terms[rows] == numbers)
        return rows[known], counts[known]


def weigh(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how much a term weighs in a text that has it `counts` times."""
    weighed: NDArray[np.float32] = 1 + np.log(counts)
    return weighed
