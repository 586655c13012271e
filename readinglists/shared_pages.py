"""A list as others read it, page by page: sections, papers, notes and tags, nobody's tools.

For visitors the entries of a page are rendered once and kept in the cache; whether the list may be
read at all is asked of the database before, each time (sharing.py). What is kept holds no key and
nothing of who looks. Read more: docs/decisions.md, "Shared pages".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from papers.cards import Onlooker
from papers.models import Paper
from papers.seen import SeenChoice
from readinglists.models import Entry, Heading, ReadingList
from readinglists.outline import version_of

PAGE_SIZE = 50
PRINTED_SIZE = 500
# So long may numbers of votes on a visitor's page be old; a change of the list shows at once.
KEPT_SECONDS = 60
# Counts what the templates make of a page; raise it when they change.
_RENDERER = 2
_LONGEST_NUMBER = 6


@dataclass(frozen=True, slots=True)
class Row:
    """An entry and its place in the list, from 1."""

    entry: Entry
    place: int


@dataclass(frozen=True, slots=True)
class Section:
    """Entries that stand together under `title`, "" before the first heading; `goes_on`: it began
    on an earlier page."""

    title: str
    rows: list[Row]
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class SharedPage:
    """`number` counts from 1; `total` is how many entries the whole list has."""

    sections: Sequence[Section]
    number: int
    total: int
    previous_number: int | None
    next_number: int | None

    @property
    def papers(self) -> list[Paper]:
        return [row.entry.paper for section in self.sections for row in section.rows]


@dataclass(frozen=True, slots=True)
class Rendered:
    """The entries of a page as HTML; the rest as in SharedPage."""

    html: SafeString
    number: int
    total: int
    previous_number: int | None
    next_number: int | None


def read_page(reading_list: ReadingList, number: str | int, *, size: int = PAGE_SIZE) -> SharedPage:
    """Return a page of at most `size` entries in order, papers and stats loaded, in sections.

    At most six queries, however long the list. A number that is no page gives the nearest one.
    """
    entries = reading_list.entries.order_by("position", "pk")
    page: Page[Entry] = Paginator(entries, size).get_page(number)
    start = (page.number - 1) * size
    papers = Prefetch("paper", Paper.objects.for_cards())
    shown = list(entries.prefetch_related(papers)[start : start + size])
    above = entries[start - 1].position if start else None
    below = shown[-1].position if shown and page.has_next() else None
    return SharedPage(
        sections=_sections(reading_list, shown, start + 1, above=above, below=below),
        number=page.number,
        total=page.paginator.count,
        previous_number=page.number - 1 if page.has_previous() else None,
        next_number=page.number + 1 if page.has_next() else None,
    )


def render_for_visitors(
    reading_list: ReadingList, number: str, path: str, *, is_printed: bool = False
) -> Rendered:
    """Return a page as those who are not logged in see it at `path`; from the cache where it is
    known. A list that was changed is rendered anew, a paper that was is within a minute."""
    known, nowhere = _known_number(number), _nowhere()
    kept: Rendered | None = cache.get(_cache_key(reading_list, known, is_printed))
    if kept is None:
        size = PRINTED_SIZE if is_printed else PAGE_SIZE
        kept = _rendered(read_page(reading_list, known, size=size), Onlooker(nowhere), is_printed)
        # Under the number that it is: else everybody could fill the cache with page 1,000,000.
        cache.set(_cache_key(reading_list, kept.number, is_printed), kept, KEPT_SECONDS)
    html = SafeString(kept.html.replace(nowhere, quote(path)))
    return Rendered(html, kept.number, kept.total, kept.previous_number, kept.next_number)


def render_for_reader(page: SharedPage, onlooker: Onlooker, seen: SeenChoice) -> Rendered:
    """Return a page as somebody who is logged in sees it, less what they have seen if they hide
    that."""
    return _rendered(page, onlooker, is_printed=False, hides_seen=seen.hides)


def _rendered(
    page: SharedPage, onlooker: Onlooker, is_printed: bool, *, hides_seen: bool = False
) -> Rendered:
    name = "readinglists/_printed_rows.html" if is_printed else "readinglists/_shared_rows.html"
    context = {"page": page, "onlooker": onlooker, "hides_seen": hides_seen}
    return Rendered(
        html=render_to_string(name, context),
        number=page.number,
        total=page.total,
        previous_number=page.previous_number,
        next_number=page.next_number,
    )


def _nowhere() -> str:
    """What stands for the page's path in what is kept: a key must not stand in the cache.

    Nobody can guess it: an address in a paper that held it would get the key written into it. It
    is the same in all processes, and for the cards that are kept by what they show.
    """
    return salted_hmac("readinglists.shared_pages", "", algorithm="sha256").hexdigest()[:32]


def _known_number(text: str) -> int:
    fits = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return max(int(text), 1) if fits else 1


def _cache_key(reading_list: ReadingList, number: int, is_printed: bool) -> str:
    kind = "print" if is_printed else "page"
    made = f"{_RENDERER}:{_nowhere()[:8]}"  # what another SECRET_KEY made is not ours to complete
    return f"list-{kind}:{made}:{get_language()}:{version_of(reading_list)}:{number}"


def _sections(
    reading_list: ReadingList,
    entries: Sequence[Entry],
    first: int,
    *,
    above: str | None,
    below: str | None,
) -> list[Section]:
    """`above` is the position of the entry before these, `below` that of the last one where the
    list goes on after it; headings between the two pages stand on the later one."""
    heads = reading_list.headings.order_by("position", "pk")
    begun = heads.filter(position__lte=above).last() if above is not None else None
    bounds = {"position__gt": above, "position__lte": below}
    here = heads.filter(**{name: key for name, key in bounds.items() if key is not None})
    sections = [Section(begun.title if begun else "", [], goes_on=above is not None)]
    place = first
    # At one position a heading stands before an entry, as in positions.py.
    items: list[Entry | Heading] = [*here, *entries]
    for item in sorted(items, key=lambda item: (item.position, isinstance(item, Entry), item.pk)):
        if isinstance(item, Entry):
            sections[-1].rows.append(Row(item, place))
            place += 1
        else:
            sections.append(Section(item.title, []))
    return [each for each in sections if each.rows or (each.title and not each.goes_on)]
