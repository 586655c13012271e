"""Where a text holds what was asked for: the characters to mark.

The same analyzers and spellings as the index's find the words, so what is marked is what matched.
"""

from collections.abc import Iterator, Sequence

from papers.search.analysis import ENGLISH, NAMES, normalise
from papers.search.forms import other_words_with_places, spellings
from papers.search.spelling import spell_with_places
from papers.search.tree import Prefix, Term
from papers.search.words import stems_within

Place = tuple[int, int]


class Words:
    """The words of one text, composed (analysis.compose), and where they stand in it."""

    def __init__(self, text: str, *, is_name: bool = False) -> None:
        self._analyzer = NAMES if is_name else ENGLISH
        spelled, places = spell_with_places(text)
        tokens = NAMES.pre_tokenize(spelled).tokens
        self._plain = [token.text for token in tokens]
        self._terms = [token.text for token in self._analyzer.pre_tokenize(spelled).tokens]
        self._places = [
            (places[token.char_offset_from], places[token.char_offset_to]) for token in tokens
        ]
        self._others = [
            (self._analyzer.analyze(word), (places[start], places[end]))
            for word, start, end in other_words_with_places(spelled)
        ]

    def places_of(self, term: Term) -> Iterator[Place]:
        """Yield the places (start, end) that match `term`; those of its spellings too."""
        if isinstance(term, Prefix):
            yield from self._beginning(term.text)
            return
        for spelling in spellings(term.text):
            if wanted := self._analyzer.analyze(normalise(spelling)):
                yield from self._side_by_side(wanted)

    def _side_by_side(self, wanted: Sequence[str]) -> Iterator[Place]:
        count = len(wanted)
        for at in range(len(self._terms) - count + 1):
            if self._terms[at] == wanted[0] and self._terms[at : at + count] == list(wanted):
                yield self._places[at][0], self._places[at + count - 1][1]
        for terms, place in self._others:
            if terms == list(wanted):
                yield place

    def _beginning(self, text: str) -> Iterator[Place]:
        *_whole, beginning = NAMES.analyze(normalise(text)) or [""]
        if not beginning:
            return
        whole = self._analyzer.analyze(normalise(text))[:-1]
        shorter = stems_within(beginning) if self._analyzer is ENGLISH else frozenset()
        for at in range(len(whole), len(self._terms)):
            begins = self._plain[at].startswith(beginning) or self._terms[at] in shorter
            if begins and self._terms[at - len(whole) : at] == whole:
                yield self._places[at - len(whole)][0], self._places[at][1]
        for terms, place in self._others:
            if not whole and terms[0].startswith(beginning):
                yield place
