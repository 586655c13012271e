"""One reference, complete and invented; say with `replace` what a case is about."""

from datetime import UTC, datetime

from papers.formats import FORMATS, Head, Item
from papers.references import Reference

MOMENT = datetime(2026, 3, 2, tzinfo=UTC)
PAPER = Reference(
    paper_id=7,
    arxiv_id="2603.00141",
    title="Kestrels at dusk",
    abstract="They hover.",
    authors=("Ada van der Moor", "Björn Ål"),
    primary_category="cs.LG",
    categories=("cs.CL", "cs.LG"),
    doi="",
    journal_ref="",
    url="https://arxiv.org/abs/2603.00141",
    page="http://localhost/paper/2603.00141/",
    published_at=MOMENT,
    updated_at=MOMENT,
    first_seen_at=MOMENT,
)


def written(ending: str, *items: Item | Reference, head: Head | None = None) -> str:
    """The whole file of this format, as text."""
    each = [item if isinstance(item, Item) else Item(item) for item in items]
    return b"".join(FORMATS[ending].write(head or Head(), each)).decode()
