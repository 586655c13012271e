"""Which terms of the index a word, a phrase or the beginning of a word stands for.

It decides how they are looked up and what a match in each field weighs; never how several of them
are joined (compiler.py). Read more: docs/decisions.md.
"""

import re
from collections.abc import Sequence

import tantivy

from papers.search.hits import any_of, unscored
from papers.search.schema import ENGLISH, NAMES, SCHEMA, normalise
from papers.search.tree import Phrase, Prefix, TextField, Word

# A match in the title, short as titles are, outweighs any in the abstract: measured on 109,858
# papers, "decoder-only" lists every title that holds it before the first that does not.
BOOSTS = {"title": 6.0, "abstract": 1.0, "authors": 0.5}
# Words typed without quotes that stand side by side in a title or a name are most likely meant so.
TOGETHER_BOOST = 4.0
MOST_WORDS_TOGETHER = 12

_FIELDS: dict[TextField | None, tuple[str, ...]] = {
    "ti": ("title",),
    "abs": ("abstract",),
    "au": ("authors",),
    None: ("title", "abstract", "authors"),
}


def compile_term(node: Word | Phrase | Prefix) -> tantivy.Query:
    """Return what finds the papers that hold it in its field, or in any of the three."""
    look = _beginning if isinstance(node, Prefix) else _side_by_side
    return any_of(
        tantivy.Query.boost_query(look(field, node.text), BOOSTS[field])
        for field in _FIELDS[node.field]
    )


def together(words: Sequence[str]) -> list[tantivy.Query]:
    """Return what prefers papers that hold all these words side by side, in this order."""
    text = " ".join(words)
    if len(words) < 2 or len(ENGLISH.analyze(normalise(text))) > MOST_WORDS_TOGETHER:
        return []
    return [
        tantivy.Query.boost_query(_side_by_side(field, text), TOGETHER_BOOST)
        for field in ("title", "authors")
    ]


def _side_by_side(field: str, text: str) -> tantivy.Query:
    terms = _terms(field, text)
    if not terms:
        return tantivy.Query.empty_query()
    if len(terms) == 1:
        return tantivy.Query.term_query(SCHEMA, field, terms[0], "freq")
    return tantivy.Query.phrase_query(SCHEMA, field, list(terms))


def _beginning(field: str, text: str) -> tantivy.Query:
    # Not stemmed: a beginning is no word.
    *_whole, beginning = NAMES.analyze(normalise(text)) or [""]
    if not beginning:
        return tantivy.Query.empty_query()
    if whole := _terms(field, text)[:-1]:
        return tantivy.Query.phrase_prefix_query(SCHEMA, field, [*whole, beginning])
    return unscored(tantivy.Query.regex_query(SCHEMA, field, f"{re.escape(beginning)}.*"))


def _terms(field: str, text: str) -> list[str]:
    analyzer = NAMES if field == "authors" else ENGLISH
    return analyzer.analyze(normalise(text))
