"""The papers of the authors of one name: how many, with whom, in which categories, and when.

A name is all that sources tell of an author, so several people of one name are one here, and one
person under two names is two. It decides nothing of what is found: that is the search `au:"name"`,
which can be followed. Read more: docs/search.md, docs/decisions.md.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Func, IntegerField

from papers.models import Paper
from papers.months import Months, chart_months
from papers.search.engine import FacetCount, search
from papers.search.forms import author_name
from papers.search.language import parse
from papers.search.schema import NAMES, normalise
from papers.search.tree import Query

# Co-authors are counted in so many of the newest papers, those of more authors left out: the
# names on one paper of a collaboration would be all that is seen, and took 30 ms to read.
MOST_READ = 100
MOST_AUTHORS = 50
MOST_COAUTHORS = 12
MOST_CATEGORIES = 8


@dataclass(frozen=True, slots=True)
class Coauthor:
    """A name and on how many of the papers read it stands beside the author's."""

    name: str
    papers: int


@dataclass(frozen=True, slots=True)
class Author:
    """`papers` name the author, in all; `coauthors` and `categories` come with the most papers
    first. `others` is a search for everybody of that family name and initial, "" where a name is
    a single word."""

    name: str
    papers: int
    categories: tuple[FacetCount, ...]
    coauthors: tuple[Coauthor, ...]
    chart: Months | None
    others: str


def asked_for(name: str) -> str:
    """Return the text of the search that finds the papers of an author of this name."""
    return 'au:"{}"'.format(" ".join(name.replace('"', " ").split()))


def query_of(name: str) -> Query:
    """Return that search; it is empty where nothing of `name` can be looked for."""
    return parse(asked_for(name))


def describe(name: str, *, today: date) -> Author:
    """Return what is known of the authors of this name. One query. Raises IndexNotReady."""
    found = search(query_of(name), limit=MOST_READ, sort="new", facets=True)
    facets = found.facets
    key = author_name(name)
    return Author(
        name=name,
        papers=found.total,
        categories=facets.categories[:MOST_CATEGORIES] if facets else (),
        coauthors=_coauthors(name, [hit.paper_id for hit in found.hits]),
        chart=chart_months(facets.months, today=today) if facets else None,
        others=f"au:{key.key}" if key else "",
    )


def _coauthors(name: str, paper_ids: Sequence[int]) -> tuple[Coauthor, ...]:
    if not paper_ids:
        return ()
    length = Func(F("authors"), function="jsonb_array_length", output_field=IntegerField())
    papers = Paper.objects.filter(pk__in=paper_ids).alias(length=length)
    found = papers.filter(length__lte=MOST_AUTHORS).values_list("authors", flat=True)
    counted = Counter(other for authors in found for other in set(map(str, authors)))
    ordered = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Coauthor(*each) for each in _without(name, ordered))[:MOST_COAUTHORS]


def _without(name: str, counted: Iterable[tuple[str, int]]) -> Iterable[tuple[str, int]]:
    """All but the author, however the name is written: what the index takes for the same."""
    own = NAMES.analyze(normalise(name))
    for other, papers in counted:
        # Analyzed one by one, until enough are found: most names are far down.
        if NAMES.analyze(normalise(other)) != own:
            yield other, papers
