"""Whose titles hold the words of a question as they were typed, in the same order.

The index finds words by their stems and wherever they stand; who types a few words of a title that
they remember types them so. It decides nothing else about the order (relevance.py).
"""

from collections.abc import Iterable, Sequence

from papers.latex import to_text
from papers.models import Paper
from papers.search.analysis import NAMES, normalise


def worded_so(text: str, paper_ids: Sequence[int]) -> set[int]:
    """Return which papers' titles hold all words of `text` in its order, others between or not."""
    asked = NAMES.analyze(normalise(text))
    titles = titles_of(paper_ids)
    return {pk for pk, title in titles if _holds(NAMES.analyze(normalise(title)), asked)}


def titles_of(paper_ids: Sequence[int]) -> list[tuple[int, str]]:
    rows = Paper.objects.filter(pk__in=paper_ids).values_list("pk", "title")
    return [(pk, to_text(title)) for pk, title in rows]


def _holds(words: Iterable[str], asked: Sequence[str]) -> bool:
    following = iter(words)
    return all(word in following for word in asked)
