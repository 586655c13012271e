"""Papers by names that mean the same on every site: arXiv id, DOIs, addresses, title.

Numbers of rows differ between two sites. A paper that has no other name is named by its page on the
site that wrote the archive; one that reads it there again believes it if the title is the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import WaitingPaper
from papers import own_pages
from papers.identifiers import ARXIV_DOI_PREFIX
from papers.merging import merged_into
from papers.models import Paper, PaperIdentifier

BATCH = 500
_SCHEMES = ("arxiv", "doi", "url")


@dataclass(frozen=True, slots=True)
class PaperName:
    """`names`: (scheme, value) pairs, schemes "arxiv", "doi", "url", the surest first."""

    names: tuple[tuple[str, str], ...]
    title: str = ""

    @classmethod
    def from_row(cls, row: WaitingPaper) -> "PaperName":
        return cls(tuple((scheme, value) for scheme, value in row.names), row.title)

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for scheme, value in self.names:
            if scheme == "arxiv":
                found.setdefault("arxiv", value)
            else:
                found.setdefault(scheme, []).append(value)
        return {**found, "title": self.title}


def names_of(paper_ids: Iterable[int]) -> dict[int, PaperName]:
    """Return the names of papers by the numbers asked for, also of those that became another's;
    what is gone is left out. Three queries."""
    wanted = list(dict.fromkeys(paper_ids))
    into = merged_into(wanted)
    papers = Paper.objects.filter(pk__in={into.get(pk, pk) for pk in wanted})
    titles = {paper.pk: paper for paper in papers.only("arxiv_id", "title", "url")}
    others: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = PaperIdentifier.objects.filter(paper_id__in=titles).order_by("scheme", "value")
    for paper_id, scheme, value in rows.values_list("paper_id", "scheme", "value"):
        if not value.startswith(ARXIV_DOI_PREFIX):  # says what the arXiv id says
            others[paper_id].append((scheme, value))
    found = {pk: _name(paper, others[pk]) for pk, paper in titles.items()}
    return {pk: found[into.get(pk, pk)] for pk in wanted if into.get(pk, pk) in found}


def find_papers(names: Iterable[PaperName]) -> dict[PaperName, int]:
    """Return the papers known here by any of their names. A query a scheme and 500 names."""
    wanted = list(dict.fromkeys(names))
    known: dict[tuple[str, str], int] = {}
    for scheme in _SCHEMES:
        values = [value for name in wanted for kind, value in name.names if kind == scheme]
        known.update(_known(scheme, values))
    known.update(_own_pages(wanted))
    return {name: pk for name in wanted if (pk := _first(name, known)) is not None}


def _known(scheme: str, values: list[str]) -> dict[tuple[str, str], int]:
    found = {}
    for start in range(0, len(values), BATCH):
        rows = PaperIdentifier.objects.filter(
            scheme=scheme, value__in=values[start : start + BATCH]
        )
        found.update({(scheme, value): pk for value, pk in rows.values_list("value", "paper_id")})
    return found


def _own_pages(names: Iterable[PaperName]) -> dict[tuple[str, str], int]:
    found = {}
    for name in names:
        own = own_pages.name_in(name.names[-1][1]) if len(name.names) == 1 else None
        if own and own[0] == own_pages.NUMBER:
            found[name.names[0]] = (int(own[1]), name.title)
    into = merged_into([number for number, _title in found.values()])
    numbers = {pair: into.get(number, number) for pair, (number, _title) in found.items()}
    titles = dict(Paper.objects.filter(pk__in=numbers.values()).values_list("pk", "title"))
    return {pair: pk for pair, pk in numbers.items() if titles.get(pk) == found[pair][1]}


def _first(name: PaperName, known: Mapping[tuple[str, str], int]) -> int | None:
    return next((known[pair] for pair in name.names if pair in known), None)


def _name(paper: Paper, others: list[tuple[str, str]]) -> PaperName:
    own = [("arxiv", paper.arxiv_id)] if paper.arxiv_id else []
    page = [("url", paper.url)] if paper.url else []
    names = dict.fromkeys([*own, *others, *page])
    return PaperName(tuple(names) or (("url", own_pages.address_of(paper.pk)),), paper.title)
