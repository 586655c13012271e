"""Which terms of the index a word, a phrase or the beginning of a word stands for.

It decides how they are looked up and what a match in each field weighs; never how several of them
are joined (compiler.py). Read more: docs/decisions.md.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import tantivy

from papers.search.analysis import ENGLISH, NAMES, normalise
from papers.search.common import NO_PAIRS, Common
from papers.search.forms import AuthorName, author_name, spellings, without_umlauts
from papers.search.hits import all_of, any_of, unscored
from papers.search.schema import PAIR_FIELDS, SCHEMA
from papers.search.tree import Phrase, Prefix, TextField, Word

# A match in the title, short as titles are, outweighs any in the abstract: measured on 109,858
# papers, "decoder-only" lists every title that holds it before the first that does not.
BOOSTS = {"title": 6.0, "abstract": 1.0, "authors": 0.5}
# Words typed without quotes that stand side by side in a title or a name are most likely meant so.
TOGETHER_BOOST = 4.0
MOST_WORDS_TOGETHER = 12
# Names between the first and the last: Geoffrey Everest E. Hinton.
_MIDDLE_NAMES = 2

_FIELDS: dict[TextField | None, tuple[str, ...]] = {
    "ti": ("title",),
    "abs": ("abstract",),
    "au": ("authors",),
    None: ("title", "abstract", "authors"),
}
# What the beginning of a word may go on with, so that its stem is shorter than the beginning.
_ENDINGS = (
    *("e", "es", "s", "ed", "ing", "ng", "g", "ion", "ions", "on", "n", "ation", "tion", "ment"),
    *("ent", "nt", "t", "al", "l", "y", "ly", "ity", "ty", "ies", "er", "r", "ive", "able", "ance"),
    *("ence", "nce", "ce", "ness", "ess", "ical", "cal", "ize", "ized", "izing", "ization"),
)


@dataclass(frozen=True, slots=True)
class Compiled:
    """What finds papers, said three ways.

    `plain` finds them, whatever their scores, in the least time. `must` finds the same with their
    scores; they score more where `preferred`, which finds some of the same, finds them too.
    """

    plain: tantivy.Query
    must: tantivy.Query
    preferred: tantivy.Query | None = None

    @property
    def scored(self) -> tantivy.Query:
        """Finds what `plain` finds, with whole scores."""
        # A union is walked in half the time of a condition and a preference.
        return any_of([self.must, self.preferred]) if self.preferred is not None else self.must


def just(query: tantivy.Query) -> Compiled:
    return Compiled(query, query)


def compile_term(node: Word | Phrase | Prefix, common: Common) -> Compiled:
    """Return what finds the papers that hold it in its field, or in any of the three."""
    if node.field is None and (anywhere := _anywhere(node)):
        return anywhere
    found = []
    for field in _FIELDS[node.field]:
        if isinstance(node, Prefix):
            query = _beginning(field, node.text)
        elif node.field == "au":
            query = _author(node.text)
        else:
            query = _written(field, node.text, common)
        found.append(tantivy.Query.boost_query(query, BOOSTS[field]))
    return just(any_of(found))


def _anywhere(node: Word | Phrase | Prefix) -> Compiled | None:
    """A single word, looked for in all of a paper's words; None where it is several."""
    if isinstance(node, Prefix):
        if len(NAMES.analyze(normalise(node.text))) != 1:
            return None
        found, title = _beginning("words", node.text), _beginning("title", node.text)
    else:
        if any(len(_terms("words", each)) != 1 for each in spellings(node.text)):
            return None
        found, title = (_written(each, node.text, NO_PAIRS) for each in ("words", "title"))
    return Compiled(found, found, tantivy.Query.boost_query(title, BOOSTS["title"]))


def together(words: Sequence[str], common: Common) -> list[tantivy.Query]:
    """Return what prefers papers that hold all these words side by side, in this order."""
    text = normalise(" ".join(words))
    terms = ENGLISH.analyze(text)
    if len(words) < 2 or len(terms) > MOST_WORDS_TOGETHER:
        return []
    return [
        tantivy.Query.boost_query(query, TOGETHER_BOOST)
        for query in (
            _side_by_side("title", terms, common),
            _side_by_side("authors", NAMES.analyze(text), common),
        )
    ]


def _written(field: str, text: str, common: Common) -> tantivy.Query:
    """However else it may be written: the best match counts, not the sum."""
    found: dict[tuple[str, ...], tantivy.Query] = {}
    for spelling in spellings(text):
        terms = tuple(_terms(field, spelling))
        if terms and terms not in found:
            found[terms] = _side_by_side(field, terms, common)
    queries = list(found.values())
    return queries[0] if len(queries) == 1 else tantivy.Query.disjunction_max_query(queries)


def _side_by_side(field: str, terms: Sequence[str], common: Common) -> tantivy.Query:
    if not terms:
        return tantivy.Query.empty_query()
    if len(terms) == 1:
        return tantivy.Query.term_query(SCHEMA, field, terms[0], "freq")
    pair_field = PAIR_FIELDS.get(field)
    if pair_field and (run := common.run_of(terms)):
        return tantivy.Query.term_query(SCHEMA, pair_field, run, "basic")
    pairs = list(_pairs(field, terms, common))
    phrase = tantivy.Query.phrase_query(SCHEMA, field, list(terms))
    return all_of([*map(unscored, pairs), phrase]) if pairs else phrase


def _pairs(field: str, terms: Sequence[str], common: Common) -> Iterator[tantivy.Query]:
    if pair_field := PAIR_FIELDS.get(field):
        for pair in pairwise(terms):
            if term := common.pair_of(*pair):
                yield tantivy.Query.term_query(SCHEMA, pair_field, term, "basic")


def _author(text: str) -> tantivy.Query:
    """An author as written, or one with these initials, or with middle names besides."""
    found = []
    for spelling in dict.fromkeys((text, without_umlauts(text))):
        found.append(_side_by_side("authors", NAMES.analyze(normalise(spelling)), NO_PAIRS))
        if author := author_name(spelling):
            key = tantivy.Query.term_query(SCHEMA, "author", author.key, "basic")
            found.append(key if len(author.given) == 1 else all_of([key, _whole_name(author)]))
    return found[0] if len(found) == 1 else tantivy.Query.disjunction_max_query(found)


def _whole_name(author: AuthorName) -> tantivy.Query:
    phrase = tantivy.Query.phrase_query(
        SCHEMA, "authors", [author.given, author.family], _MIDDLE_NAMES
    )
    return unscored(phrase)


def _beginning(field: str, text: str) -> tantivy.Query:
    *_whole, beginning = NAMES.analyze(normalise(text)) or [""]
    if not beginning:
        return tantivy.Query.empty_query()
    # A beginning is no word and has no stem; the words before it are.
    if whole := _terms(field, text)[:-1]:
        # The library's own beginning of a phrase stands for the first fifty words that begin so.
        parts: list[str | tuple[int, str]] = [*map(re.escape, whole), f"{re.escape(beginning)}.*"]
        return tantivy.Query.regex_phrase_query(SCHEMA, field, parts)
    # No letter may differ: a regular expression for the same takes twice the time.
    query = tantivy.Query.fuzzy_term_query(SCHEMA, field, beginning, distance=0, prefix=True)
    shorter = stems_within(beginning) if field != "authors" else ()
    if shorter:
        terms = (tantivy.Query.term_query(SCHEMA, field, stem, "basic") for stem in shorter)
        query = any_of([query, *terms])
    return tantivy.Query.const_score_query(query, 1.0)


def stems_within(beginning: str) -> frozenset[str]:
    """Return the stems, shorter than `beginning`, of words that may begin so.

    The index holds stems: `experim*` is to find "experiment", which lies there as `experi`.
    """
    stems = ENGLISH.analyze(" ".join(beginning + ending for ending in ("", *_ENDINGS)))
    return frozenset(stem for stem in stems if beginning.startswith(stem) and stem != beginning)


def _terms(field: str, text: str) -> list[str]:
    analyzer = NAMES if field == "authors" else ENGLISH
    return analyzer.analyze(normalise(text))
