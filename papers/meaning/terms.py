"""Which terms a text has, as numbers: the same in a model, in a paper and in a question.

Decides what counts as a term; never how much it weighs (model.py). A term is known by a hash of its
stem, so that a model is nothing but arrays of numbers.
"""

from collections import Counter
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from papers.latex import to_text
from papers.search.analysis import ENGLISH, normalise, terms_of

LONGEST_TEXT = 20_000
_KEPT_HASHES = 1 << 13
# Stems of words that say nothing of a subject. Words as common, but telling, are left to the idf.
_STOP_WORDS = """
a about above after again against all also although am among an and any are as at be because been
before being below between both but by can cannot could did do does doing down during each eg et etc
ever few for from further had has have having he hence her here hers him his how however i ie if in
into is it its itself just may me might more most must my near no nor not now of off often on once
one only onto or other our out over own per perhaps quite rather really s same she should since so
some still such t than that the their them then there these they this those through thus to too
toward two under until up upon us very via was we were what when where whether which while who whom
why will with within without would yet you your
"""
STOPS = frozenset(ENGLISH.analyze(_STOP_WORDS))


def join_text(title: str, abstract: str) -> str:
    """Return what a paper's vector is made of, TeX in plain characters."""
    return f"{to_text(title)}\n{to_text(abstract)}"


def count_terms(text: str) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
    """Return the terms of `text`, each once, and how often each stands in it."""
    terms = terms_of(normalise(text[:LONGEST_TEXT]))
    counts = Counter(term for term in terms if term not in STOPS)
    numbers = np.fromiter(map(number_of, counts), np.uint64, len(counts))
    return numbers, np.fromiter(counts.values(), np.float32, len(counts))


@lru_cache(_KEPT_HASHES)
def number_of(term: str) -> int:
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little")
