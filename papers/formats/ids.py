"""Papers as a list of their ids, one a line, to paste into another program."""

from collections.abc import Iterable, Iterator

from papers.formats.facts import doi_of
from papers.formats.items import Head, Item
from papers.formats.lines import one_line


def write(_head: Head, items: Iterable[Item]) -> Iterator[str]:
    """Yield each paper's arXiv id, else its DOI, else its address.

    A section begins with a line `# heading` ("#" alone: none again); notes and tags are not here.
    """
    section = ""
    for item in items:
        if item.section != section:
            section = item.section
            yield f"# {one_line(section)}".rstrip() + "\n"
        reference = item.reference
        name = reference.arxiv_id or doi_of(reference) or reference.url or reference.page
        yield f"{one_line(name)}\n"
