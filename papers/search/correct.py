"""What may have been meant by a search that finds nothing because of a slip in a word.

It decides by the words of papers that hold something alike; it never suggests what finds nothing,
nor touches operators. Read more: docs/decisions.md.
"""

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from difflib import SequenceMatcher

import tantivy

from papers.models import Paper
from papers.search.engine import best, search
from papers.search.hits import any_of
from papers.search.personal import NOBODY, Personal
from papers.search.questions import LEAST_MENDED, is_known, words_like
from papers.search.reader import current_searcher
from papers.search.tree import And, Node, Or, Phrase, Query, Word
from papers.search.words import BOOSTS

PAPERS_LOOKED_AT = 20
# Of letters that two words share, by difflib.
LEAST_ALIKE = 0.7
# Each costs a look at twenty papers; a text with more slips is no search that was mistyped.
MOST_MENDED = 5

_LETTERS = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W\d_]{3,}")


def did_you_mean(query: Query, *, personal: Personal = NOBODY) -> Query | None:
    """Return `query` with the words that no paper holds replaced by those they are most like.

    None where every word is known, nothing is alike, or the search would find nothing even so.
    Raises IndexNotReady.
    """
    reader = current_searcher()
    mended: dict[str, str] = {}

    def mend(word: str) -> str:
        if word not in mended and len(mended) < MOST_MENDED and _may_be_slip(reader, word):
            mended[word] = _most_alike(word, _words_near(reader, word)) or word
        return mended.get(word, word)

    tree = _mended(query.tree, mend)
    if tree == query.tree:
        return None
    meant = replace(query, tree=tree, notes=())
    return meant if search(meant, limit=1, sort="new", personal=personal).total else None


def _mended(node: Node, mend: Callable[[str], str]) -> Node:
    """Exclusions stay: a word that nobody uses excludes nothing."""
    match node:
        case And(parts):
            return And(tuple(_mended(part, mend) for part in parts))
        case Or(parts):
            return Or(tuple(_mended(part, mend) for part in parts))
        case Word(text, field):
            return Word(_each(text, mend), field)
        case Phrase(text, field):
            return Phrase(_each(text, mend), field)
        case _:
            return node


def _each(text: str, mend: Callable[[str], str]) -> str:
    """`decodr-only` is mended in its first part."""
    return _LETTERS.sub(lambda match: mend(match[0]), text)


def _may_be_slip(reader: tantivy.Searcher, word: str) -> bool:
    return len(word) >= LEAST_MENDED and not is_known(reader, word)


def _words_near(reader: tantivy.Searcher, word: str) -> Counter[str]:
    """The words of some papers that hold one which differs from `word` in a letter or two."""
    wanted = any_of(words_like(field, word) for field in BOOSTS)
    ids = [hit.paper_id for hit in best(reader, wanted, limit=PAPERS_LOOKED_AT)]
    words: Counter[str] = Counter()
    for title, abstract, authors in Paper.objects.filter(pk__in=ids).values_list(
        "title", "abstract", "authors"
    ):
        words.update(_WORDS.findall(f"{title} {abstract} {' '.join(authors)}".lower()))
    return words


def _most_alike(word: str, words: Counter[str]) -> str:
    matcher = SequenceMatcher(b=word.lower(), autojunk=False)
    best_score, best_word = 0.0, ""
    for candidate, count in words.items():
        matcher.set_seq1(candidate)
        if matcher.quick_ratio() < LEAST_ALIKE or (ratio := matcher.ratio()) < LEAST_ALIKE:
            continue
        # Of words as much alike, the one more often used.
        score = ratio + math.log(count) / 100
        if score > best_score:
            best_score, best_word = score, candidate
    return best_word
