"""The language of searches by example: each is a link, with how many papers it finds today."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from papers import kept
from papers.search.engine import IndexNotReady
from papers.search.engine import search as search_index
from papers.search.language import parse

# The text of the query, and what it asks for.
_WORDS = (
    ("graph attention", gettext_lazy("both words, anywhere")),
    ('"language model"', gettext_lazy("these words side by side")),
    ("transform*", gettext_lazy("words that begin so")),
    ("attention -vision", gettext_lazy("the first word and not the second")),
    ("(image OR video) generation", gettext_lazy("one of those in brackets, and the last word")),
)
_WHERE = (
    ("ti:benchmark", gettext_lazy("in the title")),
    ('abs:"large language model"', gettext_lazy("in the abstract")),
    ("au:wang", gettext_lazy("among the authors; a whole name in quotation marks")),
    ("cat:cs.CL", gettext_lazy("in this category; cat:cs is all of an archive")),
)
_WHICH = (
    ("date:last7d", gettext_lazy("announced in the last seven days")),
    ("date:2026-03", gettext_lazy("in this month; also a day, a year, a span with two dots")),
    ("has:code", gettext_lazy("with code; also has:project, has:doi")),
    ("source:huggingface", gettext_lazy("that this source told of")),
    ("votes:>10", gettext_lazy("with more votes; also saves, upvotes, comments, stars, citations")),
    ("model sort:stars", gettext_lazy("in another order: new, trending, votes, stars, citations")),
)
_OWN = (
    ("is:saved", gettext_lazy("that you saved; also is:voted, is:seen")),
    ("is:new", gettext_lazy("announced since your last issue")),
    ("in:saved", gettext_lazy("in your list of this name")),
)


@dataclass(frozen=True, slots=True)
class Example:
    """`count` is None where the answer differs from reader to reader, or there is no index."""

    text: str
    meaning: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class ExampleGroup:
    title: str
    examples: tuple[Example, ...]


@require_safe
@kept.for_visitors
def search_help(request: HttpRequest) -> HttpResponse:
    groups = [
        ExampleGroup(_("Words"), tuple(_examples(_WORDS))),
        ExampleGroup(_("Where"), tuple(_examples(_WHERE))),
        ExampleGroup(_("Which papers"), tuple(_examples(_WHICH))),
        ExampleGroup(_("Your own (after logging in)"), tuple(_examples(_OWN, is_counted=False))),
    ]
    return render(request, "papers/search_help.html", {"groups": groups})


def first_examples() -> list[Example]:
    """A few for the empty search page, uncounted."""
    chosen = (_WORDS[1], _WORDS[3], _WHERE[2], _WHERE[3], _WHICH[0], _WHICH[2])
    return list(_examples(chosen, is_counted=False))


def _examples(texts: Iterable[tuple[str, object]], *, is_counted: bool = True) -> Iterable[Example]:
    for text, meaning in texts:
        yield Example(text, str(meaning), _count(text) if is_counted else None)


def _count(text: str) -> int | None:
    try:
        return search_index(parse(text), limit=1, sort="new").total
    except IndexNotReady:
        return None
