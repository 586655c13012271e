"""Plain questions: words to be searched as loosely as they were typed.

It decides which queries may be answered by papers that hold only some of the words, and what such
papers are; never their order (relevance.py). Operators and fields are exact: they make no question.
"""

import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeGuard

import tantivy

from papers.meaning.terms import STOPS
from papers.search.analysis import ENGLISH, NAMES, normalise
from papers.search.hits import all_of, any_of
from papers.search.schema import SCHEMA
from papers.search.tree import And, Filter, Node, Not, Phrase, Word
from papers.search.words import BOOSTS

Compile = Callable[[Node], tantivy.Query]

# Each word more costs time; the commonest of a long question say least of it.
MOST_WORDS = 32
# A title of so many words was typed whole; it is found without this.
MOST_TITLE_TERMS = 12
# More than all words in an abstract are worth; words in order with up to so many between.
_WHOLE_TITLE, _AS_TYPED, _CLOSE_TOGETHER, _WORDS_BETWEEN = 50.0, 25.0, 3.0, 12
# A slip in a shorter word makes too many other words.
LEAST_MENDED = 4
_TWO_SLIPS_FROM = 8


@dataclass(frozen=True, slots=True)
class Question:
    """`words` to be found, `filters` and exclusions by filters to be kept to."""

    words: tuple[Word | Phrase, ...]
    filters: tuple[Filter | Not, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def read_question(tree: Node) -> Question | None:
    """Return what `tree` asks in plain words; None where it asks by operators or fields."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    words = tuple(part for part in parts if isinstance(part, Word | Phrase))
    filters = tuple(part for part in parts if _is_filter(part))
    is_plain = len(words) + len(filters) == len(parts) and not any(word.field for word in words)
    if not words or not is_plain:
        return None
    return Question(words, filters)


def _is_filter(node: Node) -> TypeGuard[Filter | Not]:
    """Exclusions of words are operators; those of a condition only leave papers out."""
    return isinstance(node, Filter) or (isinstance(node, Not) and isinstance(node.part, Filter))


def holding_any(
    reader: tantivy.Searcher, question: Question, compile_part: Compile
) -> tantivy.Query:
    """Return what finds papers with any of the telling words; words said twice count twice.

    A word that no paper holds is taken for a slip: words that differ in a letter stand for it.
    """
    telling = Counter(word for word in question.words if _is_telling(word))
    chosen = _most_telling(reader, telling) if telling else Counter(question.words)
    return any_of(
        tantivy.Query.boost_query(_look_for(reader, word, compile_part), float(count))
        for word, count in chosen.items()
    )


def preferring_titles(wanted: tantivy.Query, question: Question | None) -> tantivy.Query:
    """Return what finds the same as `wanted`, papers first whose title holds all telling words.

    Among those, the ones come first that hold every word as it was typed, then those where the
    words stand close together.
    """
    terms, forms = (_terms(question), _forms(question)) if question else ([], [])
    if not 2 <= len(forms) <= MOST_TITLE_TERMS:
        return wanted
    as_typed = all_of(
        tantivy.Query.term_query(SCHEMA, "title_words", form, "basic") for form in forms
    )
    prefer = [tantivy.Query.const_score_query(as_typed, _AS_TYPED)]
    if len(terms) >= 2:
        all_there = all_of(
            tantivy.Query.term_query(SCHEMA, "title", term, "freq") for term in dict.fromkeys(terms)
        )
        close = tantivy.Query.phrase_query(SCHEMA, "title", list(terms), _WORDS_BETWEEN)
        prefer.append(tantivy.Query.const_score_query(all_there, _WHOLE_TITLE))
        prefer.append(tantivy.Query.boost_query(close, _CLOSE_TOGETHER))
    return tantivy.Query.boolean_query(
        [(tantivy.Occur.Must, wanted), *((tantivy.Occur.Should, query) for query in prefer)]
    )


def _forms(question: Question) -> list[str]:
    return list(dict.fromkeys(NAMES.analyze(normalise(question.text))))


def _terms(question: Question) -> list[str]:
    terms = ENGLISH.analyze(normalise(question.text))
    return [term for term in terms if term not in STOPS]


def _most_telling(
    reader: tantivy.Searcher, words: Counter[Word | Phrase]
) -> Counter[Word | Phrase]:
    if len(words) <= MOST_WORDS:
        return words
    papers = max(reader.num_docs, 1)
    weights = {
        word: count * math.log(1 + papers / having) if having else 0.0
        for word, count in words.items()
        for having in [_having(reader, word.text)]
    }
    best = heapq.nlargest(MOST_WORDS, words, key=weights.__getitem__)
    return Counter({word: words[word] for word in best})


def _having(reader: tantivy.Searcher, text: str) -> int:
    """How many abstracts hold the rarest term of `text`."""
    terms = ENGLISH.analyze(normalise(text))
    return min((reader.doc_freq("abstract", term) for term in terms), default=0)


def _is_telling(word: Word | Phrase) -> bool:
    return any(term not in STOPS for term in ENGLISH.analyze(normalise(word.text)))


def _look_for(
    reader: tantivy.Searcher, word: Word | Phrase, compile_part: Compile
) -> tantivy.Query:
    if isinstance(word, Word) and not is_known(reader, word.text):
        return any_of(words_like(field, word.text) for field in BOOSTS)
    return compile_part(word)


def is_known(reader: tantivy.Searcher, text: str) -> bool:
    """Whether papers hold each term of `text`, in whatever field."""
    english, names = ENGLISH.analyze(normalise(text)), NAMES.analyze(normalise(text))
    return _are_in(reader, ("title", "abstract"), english) or _are_in(reader, ("authors",), names)


def _are_in(reader: tantivy.Searcher, fields: Iterable[str], terms: list[str]) -> bool:
    return all(any(reader.doc_freq(field, term) for field in fields) for term in terms)


def words_like(field: str, text: str) -> tantivy.Query:
    """Return what finds words a slip away from each of `text`, two slips where it is long."""
    analyzer = NAMES if field == "authors" else ENGLISH
    terms = analyzer.analyze(normalise(text))
    return any_of(
        tantivy.Query.boost_query(_within_slips(field, term), BOOSTS[field])
        for term in terms
        if len(term) >= LEAST_MENDED
    )


def _within_slips(field: str, term: str) -> tantivy.Query:
    slips = 2 if len(term) >= _TWO_SLIPS_FROM else 1
    return tantivy.Query.fuzzy_term_query(SCHEMA, field, term, distance=slips)
