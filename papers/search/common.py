"""The commonest words of an index: two of them side by side are one term there.

To find two common words side by side their places in each abstract that holds both must be
compared: 7 to 12 ms among 110,000 papers. As a term of its own a pair costs what a word does.
Which words are common is found out when an index is built, and lies in its folder.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress, pairwise
from operator import and_
from pathlib import Path

from papers.search.analysis import normalise, terms_of

SAMPLE_PAPERS = 10_000
# Of the papers; rarer words are quickly compared.
LEAST_SHARE = 0.1
# Runs of rarer ones are found by comparing places where both pairs are.
LEAST_SHARE_OF_RUN = 0.01
LONGEST_RUN = 5
# An index of fewer papers is quick without; one grown by so much is built anew.
_FEW_PAPERS, _GROWTH = 50_000, 8
_FILE = "common.json"


@dataclass(frozen=True, slots=True)
class Common:
    """`words` are stems; `papers` is how many there were when they were counted.

    `runs` are three to five of the words side by side, as `state_of_the_art`, that many papers
    have. With a run there is each that begins it.
    """

    words: frozenset[str] = frozenset()
    papers: int = 0
    runs: frozenset[str] = frozenset()
    # Most pairs begin no run, which is quickly seen.
    _beginnings: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        beginnings = frozenset("_".join(run.split("_")[:2]) for run in self.runs)
        object.__setattr__(self, "_beginnings", beginnings)

    def __bool__(self) -> bool:
        return bool(self.words)

    def pairs_in(self, terms: Sequence[str]) -> str:
        """Return the pairs and runs among `terms`, with spaces between."""
        is_common = list(map(self.words.__contains__, terms))
        are_common = list(map(and_, is_common, is_common[1:]))
        found = list(map("_".join, compress(pairwise(terms), are_common)))
        begin_runs = list(map(self._beginnings.__contains__, found))
        if True in begin_runs:
            places = compress(range(len(terms)), are_common)
            beginnings = list(compress(zip(places, found, strict=True), begin_runs))
            for at, pair in beginnings:
                found += self._runs_at(at, pair, terms)
        return " ".join(found)

    def _runs_at(self, at: int, run: str, terms: Sequence[str]) -> Iterator[str]:
        for term in terms[at + 2 : at + LONGEST_RUN]:
            run = f"{run}_{term}"
            if run not in self.runs:
                return
            yield run

    def is_outgrown_by(self, papers: int) -> bool:
        """Whether so many papers came since that other words may be the common ones."""
        return papers >= _FEW_PAPERS and papers > self.papers * _GROWTH

    def pair_of(self, first: str, second: str) -> str:
        """Return the term of two stems side by side, "" where the index has none."""
        return f"{first}_{second}" if first in self.words and second in self.words else ""

    def run_of(self, terms: Sequence[str]) -> str:
        """Return the term of all these stems side by side, "" where the index has none."""
        if len(terms) == 2:
            return self.pair_of(*terms)
        run = "_".join(terms)
        return run if run in self.runs else ""


NO_PAIRS = Common()


def count_common(texts: Iterable[str], papers: int) -> Common:
    """Return the words that are common among `texts`, abstracts taken evenly from `papers`."""
    sampled = [terms_of(normalise(text)) for text in texts]
    having = Counter(term for terms in sampled for term in set(terms))
    least = max(len(sampled) * LEAST_SHARE, 2)
    words = frozenset(word for word, count in having.items() if count >= least)
    return Common(words, papers, _count_runs(sampled, words))


def _count_runs(texts: Sequence[Sequence[str]], words: frozenset[str]) -> frozenset[str]:
    """Return the runs that many texts have. A run has no more texts than what begins it."""
    least = max(len(texts) * LEAST_SHARE_OF_RUN, 2)
    places = [[at for at, term in enumerate(terms) if term in words] for terms in texts]
    found: set[str] = set()
    for length in range(2, LONGEST_RUN + 1):
        having: Counter[str] = Counter()
        for number, terms in enumerate(texts):
            before = set(places[number])
            places[number] = [at for at in places[number] if at + 1 in before]
            having.update({"_".join(terms[at : at + length]) for at in places[number]})
        many = {run for run, count in having.items() if count >= least}
        for number, terms in enumerate(texts):
            places[number] = [
                at for at in places[number] if "_".join(terms[at : at + length]) in many
            ]
        found |= many if length > 2 else set()
    return frozenset(found)


def save_common(common: Common, folder: Path) -> None:
    words, runs = sorted(common.words), sorted(common.runs)
    (folder / _FILE).write_text(json.dumps({"words": words, "n": common.papers, "runs": runs}))


def load_common(folder: Path) -> Common:
    """Return what `save_common` wrote; without it no pair is looked for."""
    try:
        read = json.loads((folder / _FILE).read_text())
        return Common(frozenset(read["words"]), int(read["n"]), frozenset(read["runs"]))
    except (OSError, ValueError, KeyError, TypeError):
        return NO_PAIRS
