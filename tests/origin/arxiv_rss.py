"""Answers as rss.arxiv.org does: the batch of one day in one or more categories, RSS and Atom."""

from datetime import date, datetime
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from tests.origin.library import Library, OriginPaper
from tests.origin.replies import ATOM, RSS, Reply, attribute, escape

EASTERN = ZoneInfo("America/New_York")
MOST_ITEMS = 2_000
LICENCE = "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"
_NAMESPACES = (
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)
_ATOM_NAMESPACES = (
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns="http://www.w3.org/2005/Atom"'
)


def answer_rss(library: Library, day: date, wanted: str, *, built_on: date | None = None) -> Reply:
    """The feed of `wanted`: categories or whole archives, joined with "+".

    With `built_on` the batch of `day` is shown under another day's date.
    """
    built_on = built_on or day
    items = "".join(
        _item(paper, kind, built_on) for paper, kind in _announced(library, day, wanted)
    )
    return Reply(200, RSS, _channel(wanted, built_on, items).encode())


def answer_atom(library: Library, day: date, wanted: str, *, built_on: date | None = None) -> Reply:
    """The same as Atom 1.0, in which `updated` is the moment of generation."""
    built_on = built_on or day
    entries = "".join(
        _entry(paper, kind, built_on) for paper, kind in _announced(library, day, wanted)
    )
    return Reply(200, ATOM, _feed(wanted, built_on, entries).encode())


def _announced(library: Library, day: date, wanted: str) -> list[tuple[OriginPaper, str]]:
    codes = wanted.split("+")
    papers = [paper for paper in library.announced_on(day) if belongs(paper, codes)]
    return [(paper, announce_type(paper, codes)) for paper in papers[:MOST_ITEMS]]


def _channel(wanted: str, day: date, items: str) -> str:
    name = escape(wanted)
    link = f"http://rss.arxiv.org/rss/{name}"
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<rss {_NAMESPACES} version="2.0">
  <channel>
    <title>{name} updates on arXiv.org</title>
    <link>{link}</link>
    <description>{name} updates on the arXiv.org e-print archive.</description>
    <atom:link href={attribute(link)} rel="self" type="application/rss+xml"/>
    <docs>http://www.rssboard.org/rss-specification</docs>
    <language>en-us</language>
    <lastBuildDate>{_midnight(day)}</lastBuildDate>
    <managingEditor>rss-help@arxiv.org</managingEditor>
    <pubDate>{_midnight(day)}</pubDate>
    <skipDays>
      <day>Saturday</day>
      <day>Sunday</day>
    </skipDays>
{items}  </channel>
</rss>
"""


def _item(paper: OriginPaper, kind: str, day: date) -> str:
    full_id = f"{paper.arxiv_id}v{paper.version}"
    categories = "".join(
        f"      <category>{escape(code)}</category>\n" for code in paper.categories
    )
    return f"""    <item>
      <title>{escape(paper.title)}</title>
      <link>https://arxiv.org/abs/{paper.arxiv_id}</link>
      <description>arXiv:{full_id} Announce Type: {kind} 
Abstract: {escape(paper.abstract)}</description>
      <guid isPermaLink="false">oai:arXiv.org:{full_id}</guid>
{categories}      <pubDate>{_midnight(day)}</pubDate>
      <arxiv:announce_type>{kind}</arxiv:announce_type>
      <dc:rights>{LICENCE}</dc:rights>
      <dc:creator>{escape(", ".join(paper.authors))}</dc:creator>
    </item>
"""  # noqa: W291 - the real feed has this space too


def _feed(wanted: str, day: date, entries: str) -> str:
    name = escape(wanted)
    link = f"http://rss.arxiv.org/atom/{name}"
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed {_ATOM_NAMESPACES} xml:lang="en-us">
  <id>{link}</id>
  <title>{name} updates on arXiv.org</title>
  <updated>{day}T05:00:19.866337+00:00</updated>
  <link href={attribute(link)} rel="self" type="application/atom+xml"/>
  <subtitle>{name} updates on the arXiv.org e-print archive.</subtitle>
{entries}</feed>
"""


def _entry(paper: OriginPaper, kind: str, day: date) -> str:
    full_id = f"{paper.arxiv_id}v{paper.version}"
    categories = "".join(f"    <category term={attribute(code)}/>\n" for code in paper.categories)
    midnight = datetime(day.year, day.month, day.day, tzinfo=EASTERN).isoformat()
    return f"""  <entry>
    <id>oai:arXiv.org:{full_id}</id>
    <title>{escape(paper.title)}</title>
    <updated>{day}T05:00:19.899254+00:00</updated>
    <link href="https://arxiv.org/abs/{paper.arxiv_id}" rel="alternate" type="text/html"/>
    <summary>arXiv:{full_id} Announce Type: {kind} 
Abstract: {escape(paper.abstract)}</summary>
{categories}    <published>{midnight}</published>
    <arxiv:announce_type>{kind}</arxiv:announce_type>
    <dc:rights>{LICENCE}</dc:rights>
    <dc:creator>{escape(", ".join(paper.authors))}</dc:creator>
  </entry>
"""  # noqa: W291 - the real feed has this space too


def announce_type(paper: OriginPaper, codes: list[str]) -> str:
    is_primary = _is_within(paper.categories[0], codes)
    if paper.is_replacement:
        return "replace" if is_primary else "replace-cross"
    return "new" if is_primary else "cross"


def belongs(paper: OriginPaper, codes: list[str]) -> bool:
    return any(_is_within(category, codes) for category in paper.categories)


def _is_within(category: str, codes: list[str]) -> bool:
    return any(category == code or category.startswith(f"{code}.") for code in codes)


def _midnight(day: date) -> str:
    return format_datetime(datetime(day.year, day.month, day.day, tzinfo=EASTERN))
