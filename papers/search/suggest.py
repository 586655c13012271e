"""What one may be about to type: a category, an author, a paper's title.

It decides by the index and the rows of a few papers; never by what others searched for. Read more:
docs/search.md.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Literal

from django.db.models import QuerySet
from django.utils import timezone

from papers.listings import count_by_category, newest_day
from papers.models import Category, Paper
from papers.search.analysis import NAMES, normalise
from papers.search.compiler import compile_node
from papers.search.engine import best
from papers.search.personal import NOBODY
from papers.search.reader import IndexNotReady, current_reading
from papers.search.tokens import clean
from papers.search.tree import And, Node, Phrase, Prefix, TextField, Word

Kind = Literal["category", "author", "paper"]

# Two letters begin a name (Li, Xu), but too many words of titles to be of any help.
SHORTEST_BEGINNING: dict[TextField, int] = {"au": 2, "ti": 3}
LONGEST_TEXT = 100
MOST_CATEGORIES = 3
MOST_AUTHORS = 3
# So many papers by somebody of that name are looked at, and so many names on them: measured on
# 109,858 papers, reading the rows of 200 took 4 to 10 ms and their up to 8,454 names 5 to 25 ms.
PAPERS_LOOKED_AT = 50
NAMES_LOOKED_AT = 1_000

_LAST_FIELD = re.compile(r"(?P<before>.*(?:^|\s|\())(?P<field>cat|au|ti):(?P<value>[^()\"]*)$")
_PLAIN = re.compile(r"[^()\":*|]+")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`text` is to be shown; `query` is the search that takes the place of what was typed."""

    kind: Kind
    text: str
    query: str


def complete(text: str, *, limit: int = 8, without_papers: bool = False) -> list[Suggestion]:
    """Return what `text`, as typed so far, may become, at most `limit`; [] where nobody knows.

    After a field (`au:hin`) only that is completed, and what stands before it is kept.
    """
    if len(text) > LONGEST_TEXT:
        return []
    # A space at the end is kept: the word before it is whole.
    text = clean(text) + (" " if text[-1:].isspace() else "")
    match = _LAST_FIELD.fullmatch(text)
    if match is None and not _PLAIN.fullmatch(text):
        return []
    before, value = (match["before"], match["value"]) if match else ("", text)
    kinds: tuple[str, ...] = (match["field"],) if match else ("cat", "au", "ti")
    if without_papers:
        kinds = tuple(kind for kind in kinds if kind != "ti")
    found: list[Suggestion] = []
    try:
        for kind in kinds:
            found += _FINDERS[kind](before, value)
    except IndexNotReady:
        pass
    return found[:limit]


def _categories(before: str, value: str) -> Iterator[Suggestion]:
    if " " in value.strip() or not value.strip():
        return
    day = newest_day()
    sizes = {each.category: each.new + each.cross for each in count_by_category(day)} if day else {}
    codes = Category.objects.filter(code__istartswith=value.strip()).values_list("code", flat=True)
    for code in sorted(codes, key=lambda code: (-sizes.get(code, 0), code))[:MOST_CATEGORIES]:
        yield Suggestion("category", code, f"{before}cat:{code}")


def _authors(before: str, value: str) -> Iterator[Suggestion]:
    asked = NAMES.analyze(normalise(value))
    papers = _papers(value, "au", PAPERS_LOOKED_AT)
    rows: list[list[str]] = list(papers.values_list("authors", flat=True))
    # Short lists first, so that a collaboration of thousands hides nobody.
    rows.sort(key=len)
    looked_at = Counter(islice(chain.from_iterable(rows), NAMES_LOOKED_AT))
    names = Counter({n: count for n, count in looked_at.items() if _begins(n, asked)})
    for name, _count in names.most_common(MOST_AUTHORS):
        yield Suggestion("author", name, f"{before}{Phrase(name, 'au')}")


def _titles(before: str, value: str) -> Iterator[Suggestion]:
    for paper in _papers(value, "ti", 5).only("title", "arxiv_id"):
        title = " ".join(paper.title.replace('"', " ").split())
        query = paper.arxiv_id if paper.arxiv_id and not before else str(Phrase(title, "ti"))
        yield Suggestion("paper", paper.title, f"{before}{query}")


_FINDERS = {"cat": _categories, "au": _authors, "ti": _titles}


def _begins(name: str, asked: list[str]) -> bool:
    """Whether each word asked for begins a word of `name`."""
    words = NAMES.analyze(normalise(name))
    return all(any(word.startswith(term) for word in words) for term in asked)


def _papers(value: str, field: TextField, count: int) -> QuerySet[Paper]:
    words = value.split()
    if not words or len(words[-1]) < SHORTEST_BEGINNING[field]:
        return Paper.objects.none()
    parts: tuple[Node, ...] = (*(Word(w, field) for w in words[:-1]), Prefix(words[-1], field))
    reading = current_reading()
    day = timezone.now().date()
    wanted = compile_node(And(parts), NOBODY, today=day, common=reading.common).scored
    hits = best(reading.searcher, wanted, limit=count)
    return Paper.objects.filter(pk__in=[hit.paper_id for hit in hits])
