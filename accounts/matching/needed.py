"""What a paper must hold to match a query at all: lets most queries be passed over unread.

It may ask for too little, never for too much: a paper that matches always holds what is needed.
Never decides that a paper matches (batch.py does). Read more: docs/decisions.md.
"""

from collections.abc import Iterable, Iterator, Sequence

from papers.search.analysis import NAMES, normalise, terms_of
from papers.search.forms import author_keys, author_name, other_words, spellings, without_umlauts
from papers.search.schema import INDEX_VERSION, IndexedPaper
from papers.search.tree import And, InCategory, Node, Or, Phrase, Word, year_beside_words

# Of what `needed` writes down; rows of another version are worked out anew.
NEEDED_VERSION = 100 * INDEX_VERSION + 2

_OR, _AND = "|", " "


def needed(tree: Node) -> str:
    """Return what must be there, a line each, of alternatives: `t:decod t:onli|a:decoder`.

    `t:` is a stem of any word, `a:` a word of a name, `k:` a name and initial, `c:` a
    category; with a space between them they must be in the same paper. Empty: nothing can be said.
    """
    return "\n".join(dict.fromkeys(_needs(tree)))


def _needs(tree: Node) -> list[str]:
    if isinstance(tree, And):
        # Such a word may be the year of the paper instead.
        parts = [part for part in tree.parts if year_beside_words(part, tree.parts) is None]
        return [each for part in parts for each in _needs(part)]
    if isinstance(tree, Or):
        return _one_of(tree.parts)
    if isinstance(tree, InCategory):
        code = tree.code.lower()
        return [f"c:{code}" if "." in code else f"c:{code}.*"]
    if isinstance(tree, Word | Phrase):
        return _words(tree)
    return []


def _one_of(parts: Sequence[Node]) -> list[str]:
    """Of each part one thing that it needs: a paper that holds none of them matches no part."""
    each = [_needs(part) for part in parts]
    return [_OR.join(needs[0] for needs in each)] if all(each) else []


def _words(term: Word | Phrase) -> list[str]:
    found = _as_author(term.text) if term.field == "au" else _written(term)
    alternatives = list(dict.fromkeys(found))
    return [_OR.join(alternatives)] if alternatives and all(alternatives) else []


def _written(term: Word | Phrase) -> Iterator[str]:
    for spelling in map(normalise, spellings(term.text)):
        words, names = terms_of(spelling), NAMES.analyze(spelling)
        yield _all_of("t", words)
        if term.field is None:
            yield _all_of("a", names)


def _as_author(text: str) -> Iterator[str]:
    for spelling in (text, without_umlauts(text)):
        yield _all_of("a", NAMES.analyze(normalise(spelling)))
        if author := author_name(spelling):
            given = [author.given] if len(author.given) > 1 else []
            yield _AND.join([f"k:{author.key}", *(f"a:{name}" for name in given)])


def _all_of(kind: str, terms: Sequence[str]) -> str:
    return _AND.join(dict.fromkeys(f"{kind}:{term}" for term in terms))


class Vocabulary:
    """Which of a batch of papers hold what, as one bit a paper."""

    def __init__(self, papers: Sequence[IndexedPaper]) -> None:
        self._all = (1 << len(papers)) - 1
        self._holders: dict[str, int] = {}
        for place, paper in enumerate(papers):
            for word in set(_held_by(paper)):
                self._holders[word] = self._holders.get(word, 0) | (1 << place)

    def may_match(self, needs: str) -> bool:
        """Whether some paper holds all that `needed` wrote down."""
        left = self._all
        for need in needs.split("\n") if needs else ():
            left &= self._any_of(need.split(_OR))
            if not left:
                return False
        return True

    def _any_of(self, alternatives: Iterable[str]) -> int:
        found = 0
        for alternative in alternatives:
            left = self._all
            for word in alternative.split(_AND):
                left &= self._holders.get(word, 0)
            found |= left
        return found


def _held_by(paper: IndexedPaper) -> Iterator[str]:
    # A word alone is looked for among all of a paper's words, its authors' names too.
    for text in map(normalise, (paper.title, paper.abstract, *paper.authors)):
        for word in (*terms_of(text), *terms_of(other_words(text))):
            yield f"t:{word}"
    for author in paper.authors:
        name = normalise(author)
        for text in (name, other_words(name)):
            yield from (f"a:{word}" for word in NAMES.analyze(text))
            # A word in no field is looked for among the stems of names too.
            yield from (f"t:{word}" for word in terms_of(text))
        for key in author_keys(author):
            yield f"k:{key}"
    for code in paper.category_codes:
        yield f"c:{code.lower()}"
        yield f"c:{code.lower().partition('.')[0]}.*"
