"""Which papers have a title, whatever its capitals, spaces, hyphens and dollars.

It decides what of a title counts: its letters and figures, accents included. Never who wrote it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

# Shorter titles ("Introduction") say too little.
SHORTEST_LETTERS = 10
_LETTERS = "lower(regexp_replace({}, '[^[:alnum:]]+', '', 'g'))"
# The hashes as one array: so the index is asked for each, and never the whole table is read.
_FIND = f"""
WITH asked AS MATERIALIZED (
    SELECT place, {_LETTERS.format("title")} AS letters
    FROM unnest(%s::text[]) WITH ORDINALITY AS t(title, place)
),
hashed AS MATERIALIZED (
    SELECT place, md5(letters) AS hash FROM asked WHERE length(letters) >= %s
)
SELECT h.place - 1, p.id, p.authors->>0, p.arxiv_id
FROM papers_paper p JOIN hashed h ON h.hash = md5({_LETTERS.format("p.title")})
WHERE md5({_LETTERS.format("p.title")}) = ANY(ARRAY(SELECT hash FROM hashed))
ORDER BY p.id
"""  # noqa: S608 - made of this module's own constants


@dataclass(frozen=True, slots=True)
class Titled:
    """A stored paper; `first_author` and `arxiv_id` are "" where it has none."""

    paper_id: int
    first_author: str
    arxiv_id: str


def find_titled(titles: Sequence[str]) -> list[list[Titled]]:
    """For each of `titles` the papers that have it, in the order of their ids. One query.

    A title of fewer than ten letters finds none.
    """
    found: list[list[Titled]] = [[] for _title in titles]
    if not titles:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [list(titles), SHORTEST_LETTERS])
        for place, paper_id, author, arxiv_id in cursor.fetchall():
            found[place].append(Titled(paper_id, author or "", arxiv_id or ""))
    return found
