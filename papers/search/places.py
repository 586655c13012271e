"""Where a text holds what was asked for: the characters to mark.

The same analyzers and spellings as the index's find the words, so what is marked is what matched.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from tantivy import TextAnalyzer, Token

from papers.search.analysis import ENGLISH, NAMES, normalise, terms_of
from papers.search.forms import other_words_with_places, spellings
from papers.search.spelling import spell_with_places
from papers.search.tree import Prefix, Term
from papers.search.words import stems_within

Place = tuple[int, int]

# A page marks the same 64 words at most in each of its papers.
_KEPT = 256
_LAST = "\U0010ffff"


class Words:
    """The words of one text, composed (analysis.compose), and where they stand in it.

    Where they stand is found out once one matches: it takes longer than to see that none does.
    """

    def __init__(self, text: str, *, is_name: bool = False) -> None:
        self._analyzer = NAMES if is_name else ENGLISH
        self._spelled, self._characters = spell_with_places(text)
        self._terms = NAMES.analyze(self._spelled) if is_name else terms_of(self._spelled)
        # A chain too long for a term has none.
        self._others = [
            (terms, (self._characters[start], self._characters[end]))
            for word, start, end in other_words_with_places(self._spelled)
            if (terms := self._analyzer.analyze(word))
        ]

    def places_of(self, term: Term) -> Iterator[Place]:
        """Yield the places (start, end) that match `term`; those of its spellings too."""
        if isinstance(term, Prefix):
            yield from self._beginning(term.text)
            return
        for wanted in _wanted(term.text, self._analyzer):
            yield from self._side_by_side(wanted)

    @cached_property
    def _tokens(self) -> list[Token]:
        """Where each of the terms stands in the text."""
        return NAMES.pre_tokenize(self._spelled).tokens

    def _place(self, first: int, last: int) -> Place:
        begin, end = self._tokens[first].char_offset_from, self._tokens[last].char_offset_to
        return self._characters[begin], self._characters[end]

    def _side_by_side(self, wanted: list[str]) -> Iterator[Place]:
        count, at = len(wanted), -1
        for _time in range(self._terms.count(wanted[0])):
            at = self._terms.index(wanted[0], at + 1)
            if self._terms[at : at + count] == wanted:
                yield self._place(at, at + count - 1)
        for terms, place in self._others:
            if terms == wanted:
                yield place

    def _beginning(self, text: str) -> Iterator[Place]:
        asked = _wanted_beginning(text, self._analyzer)
        if not asked.beginning:
            return
        count = len(asked.whole)
        for at in self._beginning_at(asked):
            if at >= count and self._terms[at - count : at] == asked.whole:
                yield self._place(at - count, at)
        for terms, place in self._others:
            if not count and terms[0].startswith(asked.beginning):
                yield place

    def _beginning_at(self, asked: "_Beginning") -> list[int]:
        first = bisect_left(self._in_order, (asked.beginning, 0))
        last = bisect_left(self._in_order, (asked.beginning + _LAST, 0))
        found = {at for _word, at in self._in_order[first:last]}
        if asked.shorter:
            found.update(at for at, term in enumerate(self._terms) if term in asked.shorter)
        return sorted(found)

    @cached_property
    def _in_order(self) -> list[tuple[str, int]]:
        """The words as they are written, by alphabet, each with its number in the text."""
        return sorted((token.text, at) for at, token in enumerate(self._tokens))


@dataclass(frozen=True, slots=True)
class _Beginning:
    """A beginning, the `whole` words before it, and `shorter` stems of words that begin so."""

    beginning: str
    whole: list[str]
    shorter: frozenset[str]


@lru_cache(_KEPT)
def _wanted(text: str, analyzer: TextAnalyzer) -> list[list[str]]:
    """The terms that stand side by side where `text` does, for each of its spellings."""
    found = (analyzer.analyze(normalise(spelling)) for spelling in spellings(text))
    return [terms for terms in found if terms]


@lru_cache(_KEPT)
def _wanted_beginning(text: str, analyzer: TextAnalyzer) -> _Beginning:
    text = normalise(text)
    beginning = (NAMES.analyze(text) or [""])[-1]
    shorter = stems_within(beginning) if beginning and analyzer is ENGLISH else frozenset()
    return _Beginning(beginning, analyzer.analyze(text)[:-1], shorter)
