"""Synthetic papers for measuring how search grows: no real paper, the same for the same seed.

Made-up words are as common by rank as those of arXiv's abstracts (measured on 4,000 real ones: 187
words each, 118 distinct, 16,500 distinct in all, 79 pairs of common words; here 191, 125, 18,700
and 103); names, categories and days are drawn at random. Two phrases of common words are planted,
in 3 % and in 25 % of the papers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from papers.search.schema import IndexedPaper

VOCABULARY = 200_000
NAMES = 300_000
# Zipf's law but for the commonest words (Mandelbrot) and for those beyond the rank KNEE, of which
# real texts have fewer. Drawn from the law without an end, half of all words were the very last.
COMMONEST, KNEE = 2.0, 1_000.0
PLANTED = {"open field": 0.25, "quiet harbour": 0.03}
FIRST_DAY = date(2006, 1, 1)
DAYS = 7_500
ARCHIVES = ("cs", "math", "stat", "eess", "hep", "cond", "astro", "quant", "econ", "bio")
CHUNK = 10_000
Integers = npt.NDArray[np.int64]
_SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]


@dataclass(frozen=True, slots=True)
class Corpus:
    """`count` papers, numbered from 1, oldest first."""

    count: int
    seed: int = 1

    def papers(self) -> Iterator[IndexedPaper]:
        for chunk in self.chunks():
            yield from chunk

    def chunks(self) -> Iterator[list[IndexedPaper]]:
        for first in range(1, self.count + 1, CHUNK):
            yield self._chunk(first, min(CHUNK, self.count + 1 - first))

    def _chunk(self, first: int, count: int) -> list[IndexedPaper]:
        chance = np.random.default_rng((self.seed, first))
        lengths = chance.integers(6, 15, count), chance.integers(110, 266, count)
        titles, abstracts = (_texts(chance, each) for each in lengths)
        days = _days(np.arange(first, first + count), self.count, chance)
        names = [chance.integers(0, NAMES, 1 + number % 6) for number in range(count)]
        categories = chance.zipf(1.5, (count, 2)) % 150
        extras = chance.random((count, 4))
        return [
            IndexedPaper(
                paper_id=first + number,
                title=titles[number],
                abstract=_planted(abstracts[number], extras[number]),
                authors=tuple(_name(each) for each in names[number]),
                category_codes=tuple({_category(each) for each in categories[number]}),
                announced_on=days[number],
                identifiers=(("arxiv", f"{first + number:09}"),),
                has_code=bool(extras[number, 2] < 0.12),
                sources=("arxiv", "huggingface") if extras[number, 3] < 0.1 else ("arxiv",),
            )
            for number in range(count)
        ]


def word(rank: int) -> str:
    """The made-up word of this rank in frequency, from 0; common ones are short, as in English."""
    letters = ""
    rank += 1
    while rank:
        rank, place = divmod(rank, len(_SYLLABLES))
        letters += _SYLLABLES[place]
    return letters + "n"


def _texts(chance: np.random.Generator, lengths: Integers) -> list[str]:
    ranks = np.searchsorted(_UP_TO_RANK, chance.random(int(lengths.sum())))
    words = [_WORDS[rank] if rank < len(_WORDS) else word(int(rank)) for rank in ranks]
    ends = np.cumsum(lengths)
    return [" ".join(words[end - length : end]) for end, length in zip(ends, lengths, strict=True)]


def _planted(text: str, chances: npt.NDArray[np.float64]) -> str:
    """The words of the phrases are common: they stand apart in other papers too."""
    words = text.split()
    for place, (phrase, share) in enumerate(PLANTED.items()):
        at = int(chances[1] * len(words))
        if chances[place] < share:
            words.insert(at, phrase)
        elif chances[place] < 0.6:
            first, second = phrase.split()
            words.insert(at, second)
            words.insert(len(words) // 2, first)
    return " ".join(words)


def _days(numbers: Integers, count: int, chance: np.random.Generator) -> list[date]:
    offsets = numbers * DAYS // (count + 1) + chance.integers(0, 3, len(numbers))
    return [FIRST_DAY + timedelta(days=int(offset)) for offset in offsets]


def _name(number: int) -> str:
    number = int(number)
    return f"{word(number % 997).title()} {word(number // 7 + 1_000).title()}"


def _category(number: int) -> str:
    number = int(number)
    return f"{ARCHIVES[number % len(ARCHIVES)]}.{chr(65 + number % 26)}{chr(65 + number // 26)}"


def _up_to_rank() -> npt.NDArray[np.float64]:
    """Return for each rank the share of all words that are at most of that rank."""
    ranks = np.arange(1, VOCABULARY + 1)
    shares = np.cumsum(1.0 / (ranks + COMMONEST) / (1.0 + ranks / KNEE))
    return np.asarray(shares / shares[-1], np.float64)


_UP_TO_RANK = _up_to_rank()
_WORDS = [word(rank) for rank in range(50_000)]
