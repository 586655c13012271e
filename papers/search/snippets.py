"""Shows where a paper holds the words of a query, from its text as Postgres has it.

The same analyzer as the index's finds the words, so what is marked is what matched. All text is
escaped; the only markup is <mark>.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import escape
from django.utils.safestring import SafeString

from papers.latex import to_text
from papers.search.schema import ENGLISH, compose, normalise
from papers.search.spelling import spell_with_places
from papers.search.tree import And, Node, Query, Term

SNIPPET_CHARACTERS = 260


@dataclass(frozen=True, slots=True)
class _Span:
    """Characters `start` to `end`, and which of the query's parts they match."""

    start: int
    end: int
    part: int


def marked(text: str, query: Query) -> SafeString:
    """Return all of `text`, TeX in plain characters, as HTML, the words of `query` in <mark>."""
    text = compose(to_text(text))
    return _html(text, _spans(text, query), 0, len(text))


def snippet(text: str, query: Query, *, characters: int = SNIPPET_CHARACTERS) -> SafeString:
    """Return the passage that holds most of what was asked, as HTML with <mark>.

    About `characters` long, cut between words with an ellipsis; the beginning when nothing matches.
    """
    text = compose(to_text(text))
    spans = _spans(text, query)
    start, end = _passage(text, spans, characters)
    return _html(text, spans, start, end)


def _spans(text: str, query: Query) -> list[_Span]:
    """Where each part of the query stands in `text`, in order and without overlap."""
    spelled, places = spell_with_places(text)
    tokens = ENGLISH.pre_tokenize(spelled).tokens
    terms = [token.text for token in tokens]
    found = [
        _Span(
            places[tokens[at].char_offset_from],
            places[tokens[at + len(wanted) - 1].char_offset_to],
            part,
        )
        for part, wanted in enumerate(_wanted(query.tree))
        for at in _places(terms, wanted)
    ]
    return _without_overlap(sorted(found, key=lambda span: (span.start, -span.end)))


def _wanted(node: Node) -> list[list[str]]:
    if isinstance(node, And):
        return [terms for part in node.parts for terms in _wanted(part)]
    terms = ENGLISH.analyze(normalise(node.text)) if isinstance(node, Term) else []
    return [terms] if terms else []


def _places(terms: Sequence[str], wanted: Sequence[str]) -> Iterator[int]:
    for at in range(len(terms) - len(wanted) + 1):
        if terms[at] == wanted[0] and list(terms[at : at + len(wanted)]) == list(wanted):
            yield at


def _without_overlap(spans: Sequence[_Span]) -> list[_Span]:
    kept: list[_Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _passage(text: str, spans: Sequence[_Span], characters: int) -> tuple[int, int]:
    if len(text) <= characters:
        return 0, len(text)
    start = max(spans, key=lambda first: _worth(spans, first, characters)).start if spans else 0
    # Some words before the first match, unless the passage then would run past the end.
    start = max(0, min(start - characters // 5, len(text) - characters))
    return _at_word(text, start, 0), _at_word(text, start + characters, len(text))


def _worth(spans: Sequence[_Span], first: _Span, characters: int) -> tuple[int, int]:
    room = first.start + characters * 4 // 5
    within = [span.part for span in spans if first.start <= span.start and span.end <= room]
    return len(set(within)), len(within)


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
        + "".join(before + escape(piece) + after for before, piece, after in pieces)
        + (" …" if end < len(text) else "")
    )
