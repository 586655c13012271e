"""Papers as a table (CSV, RFC 4180) for spreadsheets and scripts.

It decides the columns, and that no cell is a formula to a spreadsheet. Read more: OWASP ASVS 5.0,
1.2.10 (formula injection).
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import UTC

from papers.formats.facts import address_of, dated, doi_of
from papers.formats.items import Head, Item
from papers.formats.lines import lines_of, one_line
from papers.latex import to_text

COLUMNS = (
    *("arxiv_id", "doi", "title", "authors", "year", "url"),
    *("section", "tags", "note", "added"),
)
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
# Without it Excel takes the file for one in the computer's old code page.
_BYTE_ORDER_MARK = "\ufeff"


def write(_head: Head, items: Iterable[Item]) -> Iterator[str]:
    """Yield a row of names, then a row a paper; authors and tags have "; " between.

    A cell that a spreadsheet might take for a formula has one apostrophe more before it (see
    `neutral`). The file begins with a byte order mark and its rows end with CR LF.
    """
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    yield _BYTE_ORDER_MARK + _taken(rows)
    for item in items:
        writer.writerow(map(neutral, _cells(item)))
        yield _taken(rows)


def neutral(text: str) -> str:
    """Return `text` with one apostrophe more before it where it, or what stands behind its
    apostrophes, begins as a formula does. Who reads it takes exactly one off such a cell."""
    return f"'{text}" if _FORMULA.match(text) else text


def _cells(item: Item) -> Iterator[str]:
    reference = item.reference
    yield reference.arxiv_id
    yield doi_of(reference)
    yield one_line(to_text(reference.title))
    yield "; ".join(one_line(author).replace(";", ",") for author in reference.authors)
    yield str(dated(reference)[0])
    yield address_of(reference)
    yield one_line(item.section)
    yield "; ".join(map(one_line, item.tags))
    yield "\n".join(lines_of(item.note))
    yield item.added_at.astimezone(UTC).isoformat(timespec="seconds") if item.added_at else ""


def _taken(rows: io.StringIO) -> str:
    text = rows.getvalue()
    rows.seek(0)
    rows.truncate()
    return text
