"""Shows where a paper holds the words of a query, from its text as Postgres has it.

The same analyzer as the index's finds the words, so what is marked is what matched. All text is
escaped; the only markup is <mark>.
"""

import html
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.safestring import SafeString

from papers.latex import to_text
from papers.search.analysis import compose
from papers.search.places import Words
from papers.search.tree import And, Node, Or, Phrase, Prefix, Query, Term, TextField, Word

SNIPPET_CHARACTERS = 260


@dataclass(frozen=True, slots=True)
class _Span:
    """Characters `start` to `end`, and which of the query's parts they match."""

    start: int
    end: int
    part: int


def marked(text: str, query: Query, *, field: TextField = "ti") -> SafeString:
    """Return all of `text`, TeX in plain characters, as HTML, the words of `query` in <mark>.

    `field` says what the text is: words that are asked for in another are not marked.
    """
    text = compose(to_text(text))
    return _html(text, _spans(text, query, field), 0, len(text))


def snippet(
    text: str,
    query: Query,
    *,
    characters: int = SNIPPET_CHARACTERS,
    field: TextField = "abs",
) -> SafeString:
    """Return the passage that holds most of what was asked, as HTML with <mark>.

    About `characters` long, cut between words with an ellipsis; the beginning when nothing matches.
    """
    text = compose(to_text(text))
    spans = _spans(text, query, field)
    start, end = _passage(text, spans, characters)
    return _html(text, spans, start, end)


def _spans(text: str, query: Query, field: TextField) -> list[_Span]:
    """Where each part of the query stands in `text`, in order and without overlap."""
    words = Words(text, is_name=field == "au")
    found = [
        _Span(start, end, part)
        for part, term in enumerate(dict.fromkeys(_terms(query.tree, field)))
        for start, end in words.places_of(term)
    ]
    return _without_overlap(sorted(found, key=lambda span: (span.start, -span.end)))


def _terms(node: Node, field: TextField) -> Iterator[Term]:
    """What is asked for in `field` or anywhere; what is not wanted is nowhere to be marked."""
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from _terms(part, field)
    elif isinstance(node, Word | Phrase | Prefix) and node.field in (None, field):
        yield node


def _without_overlap(spans: Sequence[_Span]) -> list[_Span]:
    kept: list[_Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _passage(text: str, spans: Sequence[_Span], characters: int) -> tuple[int, int]:
    if len(text) <= characters:
        return 0, len(text)
    start = _best_start(spans, characters)
    # Some words before the first match, unless the passage then would run past the end.
    start = max(0, min(start - characters // 5, len(text) - characters))
    return _at_word(text, start, 0), _at_word(text, start + characters, len(text))


def _best_start(spans: Sequence[_Span], characters: int) -> int:
    """The first match of the passage that holds most parts of the query, then most matches."""
    best, most = spans[0].start if spans else 0, (0, 0)
    ends = [span.end for span in spans]
    for place, first in enumerate(spans):
        last = bisect_right(ends, first.start + characters * 4 // 5)
        within = [span.part for span in spans[place:last]]
        worth = (len(set(within)), len(within))
        if worth > most:
            best, most = first.start, worth
    return best


def _at_word(text: str, at: int, edge: int) -> int:
    """Return the place of a space near `at`, or `edge` when `at` is at the edge."""
    if at <= 0 or at >= len(text):
        return edge
    space = text.find(" ", at, at + 40) if edge == 0 else text.rfind(" ", at - 40, at)
    if space < 0:
        return at
    return space + 1 if edge == 0 else space


def _html(text: str, spans: Sequence[_Span], start: int, end: int) -> SafeString:
    inside = [span for span in spans if start <= span.start and span.end <= end]
    edges = [start, *(edge for span in inside for edge in (span.start, span.end)), end]
    pieces = [
        ("<mark>" if number % 2 else "", text[left:right], "</mark>" if number % 2 else "")
        for number, (left, right) in enumerate(pairwise(edges))
    ]
    return SafeString(
        ("… " if start > 0 else "")
        + "".join(before + html.escape(piece) + after for before, piece, after in pieces)
        + (" …" if end < len(text) else "")
    )
