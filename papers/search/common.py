"""The commonest words of an index: two of them side by side are one term there.

To find two common words side by side their places in each abstract that holds both must be
compared: 7 to 12 ms among 110,000 papers. As a term of its own a pair costs what a word does.
Which words are common is found out when an index is built, and lies in its folder.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from papers.search.analysis import normalise, terms_of

SAMPLE_PAPERS = 10_000
# Of the papers; rarer words are quickly compared.
LEAST_SHARE = 0.1
# An index of fewer papers is quick without; one grown by so much is built anew.
_FEW_PAPERS, _GROWTH = 50_000, 8
_FILE = "common.json"


@dataclass(frozen=True, slots=True)
class Common:
    """`words` are stems; `papers` is how many there were when they were counted."""

    words: frozenset[str] = frozenset()
    papers: int = 0

    def __bool__(self) -> bool:
        return bool(self.words)

    def pairs_in(self, terms: Sequence[str]) -> str:
        """Return the pairs of common words side by side among `terms`, with spaces between."""
        words = self.words
        side_by_side = pairwise(terms)
        return " ".join([f"{a}_{b}" for a, b in side_by_side if a in words and b in words])

    def is_outgrown_by(self, papers: int) -> bool:
        """Whether so many papers came since that other words may be the common ones."""
        return papers >= _FEW_PAPERS and papers > self.papers * _GROWTH

    def pair_of(self, first: str, second: str) -> str:
        """Return the term of two stems side by side, "" where the index has none."""
        return f"{first}_{second}" if first in self.words and second in self.words else ""


NO_PAIRS = Common()


def count_common(texts: Iterable[str], papers: int) -> Common:
    """Return the words that are common among `texts`, abstracts taken evenly from `papers`."""
    having: Counter[str] = Counter()
    sampled = 0
    for text in texts:
        sampled += 1
        having.update(set(terms_of(normalise(text))))
    least = max(sampled * LEAST_SHARE, 2)
    return Common(frozenset(word for word, count in having.items() if count >= least), papers)


def save_common(common: Common, folder: Path) -> None:
    (folder / _FILE).write_text(json.dumps({"words": sorted(common.words), "n": common.papers}))


def load_common(folder: Path) -> Common:
    """Return what `save_common` wrote; without it no pair is looked for."""
    try:
        read = json.loads((folder / _FILE).read_text())
        return Common(frozenset(read["words"]), int(read["n"]))
    except (OSError, ValueError, KeyError, TypeError):
        return NO_PAIRS
