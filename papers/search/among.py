"""A search among given papers only, such as those of one list that its reader has open.

It decides nothing of what is found; the papers stand in the query's tree as one list of theirs,
under a name that nobody can type.
"""

from collections.abc import Iterable
from dataclasses import replace

from papers.search.narrow import parts_of
from papers.search.personal import Personal
from papers.search.tree import And, InList, Query

# No text that is parsed holds this character.
_HERE = "\x00here"


def among(query: Query, personal: Personal, paper_ids: Iterable[int]) -> tuple[Query, Personal]:
    """Return `query` with one more condition, to be one of these papers, and who can answer it."""
    ids = frozenset(paper_ids)

    def in_list(name: str) -> frozenset[int] | None:
        return ids if name == _HERE else personal.in_list(name)

    inside = replace(query, tree=And((*parts_of(query), InList(_HERE))))
    return inside, replace(personal, in_list=in_list, is_known=True)
