"""Searching the papers of one list in the site's own language (docs/search.md).

The list is handed over as the ids of its papers: titles, which `in:` names, are not unique.
"""

from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from papers.search.among import among
from papers.search.engine import search
from papers.search.language import parse
from papers.search.personal import personal_for
from papers.search.tree import Note

MOST_FOUND = 1000


@dataclass(frozen=True, slots=True)
class Inside:
    """`paper_ids` best first, or as the words say (`sort:new`)."""

    paper_ids: list[int]
    notes: tuple[Note, ...] = ()


def find_inside(text: str, papers: frozenset[int], reader: AbstractBaseUser) -> Inside:
    """Return which of `papers` hold all that `text` asks for, the best thousand of them.

    Raises IndexNotReady and QueryTooLong.
    """
    query = parse(text)
    if query.is_empty or not papers:
        return Inside([], query.notes)
    query, personal = among(query, personal_for(reader), papers)
    result = search(query, limit=MOST_FOUND, personal=personal)
    notes = result.notes
    if result.total > MOST_FOUND:
        words = _("Only the best %(most)d of %(total)d are shown.")
        notes = (*notes, Note(words % {"most": MOST_FOUND, "total": result.total}))
    return Inside([hit.paper_id for hit in result.hits if not hit.is_near], notes)
