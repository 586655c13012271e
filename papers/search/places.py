"""Where a text holds what was asked for: the characters to mark.

The same analyzers and spellings as the index's find the words, so what is marked is what matched.
"""

from collections.abc import Iterator
from functools import cached_property, lru_cache

from tantivy import TextAnalyzer, Token

from papers.search.analysis import ENGLISH, NAMES, normalise, terms_of
from papers.search.forms import other_words_with_places, spellings
from papers.search.spelling import spell_with_places
from papers.search.tree import Prefix, Term
from papers.search.words import stems_within

Place = tuple[int, int]


class Words:
    """The words of one text, composed (analysis.compose), and where they stand in it.

    Where they stand is found out once one matches: it takes longer than to see that none does.
    """

    def __init__(self, text: str, *, is_name: bool = False) -> None:
        self._analyzer = NAMES if is_name else ENGLISH
        self._spelled, self._characters = spell_with_places(text)
        self._terms = NAMES.analyze(self._spelled) if is_name else terms_of(self._spelled)
        self._others = [
            (self._analyzer.analyze(word), (self._characters[start], self._characters[end]))
            for word, start, end in other_words_with_places(self._spelled)
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
        *_whole, beginning = NAMES.analyze(normalise(text)) or [""]
        if not beginning:
            return
        whole = self._analyzer.analyze(normalise(text))[:-1]
        shorter = stems_within(beginning) if self._analyzer is ENGLISH else frozenset()
        for at in range(len(whole), len(self._terms)):
            begins = self._tokens[at].text.startswith(beginning) or self._terms[at] in shorter
            if begins and self._terms[at - len(whole) : at] == whole:
                yield self._place(at - len(whole), at)
        for terms, place in self._others:
            if not whole and terms[0].startswith(beginning):
                yield place


@lru_cache(256)
def _wanted(text: str, analyzer: TextAnalyzer) -> list[list[str]]:
    """The terms that stand side by side where `text` does, for each of its spellings."""
    found = (analyzer.analyze(normalise(spelling)) for spelling in spellings(text))
    return [terms for terms in found if terms]
