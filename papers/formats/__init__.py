"""The files in which papers leave the site: one module a format, and the list of them.

Which papers, and in what order, the caller says; nothing here reads the database. What goes where
in each format: docs/taking-away.md.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from papers.formats import bibtex, csl, ids, markdown, ris, table
from papers.formats.items import Head, Item

__all__ = ["FORMATS", "Format", "Head", "Item"]

# A piece for each paper would be a system call for each.
_PIECE_CHARACTERS = 32_768


@dataclass(frozen=True, slots=True)
class Format:
    """`name` is for people; `lines` yields the text of a file bit by bit."""

    ending: str
    name: str | Promise
    content_type: str
    lines: Callable[[Head, Iterable[Item]], Iterator[str]]

    def write(self, head: Head, items: Iterable[Item]) -> Iterator[bytes]:
        """Yield the file in pieces of some 32 kB, UTF-8.

        `items` is read as the pieces are taken: from a generator that reads its papers in
        chunks, ten thousand of them never stand in memory at once.
        """
        waiting: list[str] = []
        length = 0
        for text in self.lines(head, items):
            waiting.append(text)
            length += len(text)
            if length >= _PIECE_CHARACTERS:
                yield "".join(waiting).encode("utf-8", "replace")
                waiting, length = [], 0
        if waiting:
            yield "".join(waiting).encode("utf-8", "replace")


FORMATS = {
    form.ending: form
    for form in (
        Format("bib", "BibTeX", "application/x-bibtex; charset=utf-8", bibtex.write),
        Format("ris", "RIS", "application/x-research-info-systems; charset=utf-8", ris.write),
        Format("csl.json", "CSL JSON", "application/vnd.citationstyles.csl+json", csl.write),
        Format("csv", "CSV", "text/csv; charset=utf-8", table.write),
        Format("md", "Markdown", "text/markdown; charset=utf-8", markdown.write),
        Format("txt", _("Ids"), "text/plain; charset=utf-8", ids.write),
    )
}
