"""What names a paper in the fields of a file: arXiv ids, DOIs, addresses, however they are spelled.

It decides by the text alone and keeps no guess that does not parse. Read more:
papers/identifiers.py (what is an id), papers/search/pasted.py (ids within addresses).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from papers.feeds.text import clean_url
from papers.identifiers import ARXIV_DOI_PREFIX, doi_in, normalise_doi, parse_arxiv_id
from papers.search.pasted import paper_named
from readinglists.imports.records import Name

LONGEST_FIELD = 2_000
_ID = r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d{1,4})?"
# "arXiv preprint arXiv:1706.03762" (Google Scholar), "abs/1706.03762" (DBLP).
_ARXIV_MENTION = re.compile(rf"\b(?:arxiv\s*[:.]|abs/)\s*({_ID})(?![\w.]*\d)", re.IGNORECASE)


# The whole of a field that says where a paper came out, and nothing about another one.
_AT_ARXIV = re.compile(
    rf"(?:arxiv preprint|corr|arxiv e-prints),?\s.{{0,20}}?{_ID}|abs/{_ID}", re.I
)


@dataclass(slots=True)
class Names:
    """Names of one paper, gathered; `odd` stood where a name should, and is none."""

    arxiv: dict[str, None] = field(default_factory=dict)
    dois: dict[str, None] = field(default_factory=dict)
    urls: dict[str, None] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)

    def add_arxiv(self, *texts: str) -> None:
        for text in _fields(texts):
            try:
                self.arxiv[parse_arxiv_id(text).base] = None
            except ValueError:
                # "2401.00001 [cs.CL]", "hep-th/9901001v2 (2 pages)"
                if not self.mention_arxiv(f"arXiv:{text}"):
                    self.odd.append(text)

    def add_doi(self, *texts: str) -> None:
        for text in _fields(texts):
            if text.lower().replace("https://doi.org/", "").startswith(ARXIV_DOI_PREFIX):
                self.add_arxiv(text)
                continue
            try:
                self.dois[normalise_doi(text)] = None
            except ValueError:
                self.odd.append(text)

    def add_url(self, *texts: str) -> None:
        """Addresses; one that holds an arXiv id or a DOI names the paper by that too."""
        for text in _fields(texts):
            named = paper_named(text)
            if named and named.scheme == "id":
                self.arxiv[named.value] = None
                continue
            if named and normal_doi(text):
                self.dois[named.value] = None
                continue
            if doi := doi_in(text):
                self.dois[doi] = None
            if address := clean_url(text):
                self.urls[address] = None
            elif not doi:
                self.odd.append(text)

    def mention_arxiv(self, *texts: str) -> bool:
        """Take the arXiv ids that running text mentions; False when it mentions none."""
        found = False
        for text in _fields(texts):
            for match in _ARXIV_MENTION.finditer(text):
                try:
                    self.arxiv[parse_arxiv_id(match[1]).base] = None
                    found = True
                except ValueError:
                    continue
        return found

    def mention_where_published(self, *texts: str) -> None:
        """Take an arXiv id from where it says that the paper came out. What has a DOI or an
        address came out elsewhere, unless the whole field is as programs write it for arXiv."""
        for text in _fields(texts):
            if self.arxiv or self.dois:
                return
            if not self.urls or _AT_ARXIV.match(text):
                self.mention_arxiv(text)

    @property
    def pairs(self) -> tuple[Name, ...]:
        """The strongest first."""
        return (
            *(("arxiv", value) for value in self.arxiv),
            *(("doi", value) for value in self.dois),
            *(("url", value) for value in self.urls),
        )


def normal_doi(text: str) -> str:
    """The DOI that `text` as a whole is, resolver or not; "" for anything else."""
    try:
        return normalise_doi(text)
    except ValueError:
        return ""


def _fields(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        stripped = text[:LONGEST_FIELD].strip().strip("\x00")
        if stripped:
            yield stripped
