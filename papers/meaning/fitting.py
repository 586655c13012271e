"""Makes a model out of the terms of many papers. Runs in the training process alone.

It decides which terms a model knows; the rest is a truncated singular value decomposition. Only
this module needs scikit-learn, which takes 127 MB. Read more: DESIGN 3.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD

from papers.meaning.model import DIMENSIONS, weigh
from papers.meaning.terms import count_terms

MOST_TERMS = 80_000
# A term of a paper or two is a slip or a name; one of so many says nothing.
LEAST_PAPERS, LEAST_PAPERS_OF_FEW, FEW_PAPERS = 3, 2, 2000
MOST_SHARE = 0.4
# With as many dimensions as papers nothing would be like anything but itself.
PAPERS_A_DIMENSION = 4
_ITERATIONS = 4
_SEED = 1


class TooLittleText(Exception):
    """There are not enough different words to make a model of."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The arrays of a Model, without a key."""

    terms: NDArray[np.uint64]
    weights: NDArray[np.float32]
    components: NDArray[np.float16]


def fit(texts: Iterable[str]) -> Fitted:
    """Return a model of `texts`, one a paper; raises TooLittleText.

    Memory: about 1.3 kB a text while it runs, and 1.1 kB more for each of the terms.
    """
    numbers, counts, ends = _count(texts)
    papers = len(ends) - 1
    terms, columns, having = _choose_terms(numbers, papers)
    size = min(DIMENSIONS, len(terms) - 1, papers // PAPERS_A_DIMENSION)
    if size < 1:
        raise TooLittleText(f"{papers} papers have {len(terms)} terms in common.")
    weights = (1 + np.log((1 + papers) / (1 + having))).astype(np.float32)
    matrix = _weighed_matrix(columns, counts, ends, weights)
    del numbers, counts, columns
    svd = TruncatedSVD(size, n_iter=_ITERATIONS, random_state=_SEED).fit(matrix)
    components = np.zeros((len(terms), DIMENSIONS), np.float16)
    components[:, :size] = svd.components_.T
    return Fitted(terms, weights, components)


def _count(
    texts: Iterable[str],
) -> tuple[NDArray[np.uint64], NDArray[np.float32], NDArray[np.int64]]:
    """The terms of all texts one after another, how often each, and where each text ends."""
    all_numbers, all_counts, lengths = [], [], [0]
    for text in texts:
        numbers, counts = count_terms(text)
        all_numbers.append(numbers)
        all_counts.append(counts)
        lengths.append(len(numbers))
    if not all_numbers:
        raise TooLittleText("There is no paper.")
    return np.concatenate(all_numbers), np.concatenate(all_counts), np.cumsum(lengths)


def _choose_terms(
    numbers: NDArray[np.uint64], papers: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """The model's terms in order, each number's column (-1: none), and how many papers have it."""
    terms, columns, having = np.unique(numbers, return_inverse=True, return_counts=True)
    least = LEAST_PAPERS if papers >= FEW_PAPERS else LEAST_PAPERS_OF_FEW
    kept = np.flatnonzero((having >= least) & (having <= max(papers * MOST_SHARE, least)))
    if len(kept) > MOST_TERMS:
        commonest = np.argsort(-having[kept], kind="stable")[:MOST_TERMS]
        kept = np.sort(kept[commonest])
    column_of = np.full(len(terms), -1, np.int64)
    column_of[kept] = np.arange(len(kept))
    return terms[kept], column_of[columns], having[kept]


def _weighed_matrix(
    columns: NDArray[np.int64],
    counts: NDArray[np.float32],
    ends: NDArray[np.int64],
    weights: NDArray[np.float32],
) -> csr_matrix:
    """Papers by terms, each row of length 1."""
    known = columns >= 0
    before = np.concatenate(([0], np.cumsum(known)))
    columns = columns[known].astype(np.int32)
    values = weigh(counts[known]) * weights[columns]
    matrix = csr_matrix((values, columns, before[ends]), shape=(len(ends) - 1, len(weights)))
    lengths = np.sqrt(matrix.multiply(matrix).sum(axis=1)).A1
    lengths[lengths == 0] = 1
    matrix.data /= np.repeat(lengths, np.diff(matrix.indptr)).astype(np.float32)
    return matrix
