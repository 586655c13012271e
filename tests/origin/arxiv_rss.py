"""Answers as rss.arxiv.org does: the batch of one day in one or more categories (RSS 2.0)."""

from datetime import date, datetime
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from tests.origin.library import Library, OriginPaper
from tests.origin.replies import RSS, Reply, attribute, escape

EASTERN = ZoneInfo("America/New_York")
MOST_ITEMS = 2_000
LICENCE = "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"
_NAMESPACES = (
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)


def answer_rss(library: Library, day: date, wanted: str) -> Reply:
    """The feed of `wanted`: categories or whole archives, joined with "+"."""
    codes = wanted.split("+")
    papers = [paper for paper in library.announced_on(day) if _belongs(paper, codes)]
    items = "".join(_item(paper, codes, day) for paper in papers[:MOST_ITEMS])
    return Reply(200, RSS, _channel(wanted, day, items).encode())


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


def _item(paper: OriginPaper, codes: list[str], day: date) -> str:
    full_id = f"{paper.arxiv_id}v{paper.version}"
    kind = announce_type(paper, codes)
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


def announce_type(paper: OriginPaper, codes: list[str]) -> str:
    is_primary = _is_within(paper.categories[0], codes)
    if paper.is_replacement:
        return "replace" if is_primary else "replace-cross"
    return "new" if is_primary else "cross"


def _belongs(paper: OriginPaper, codes: list[str]) -> bool:
    return any(_is_within(category, codes) for category in paper.categories)


def _is_within(category: str, codes: list[str]) -> bool:
    return any(category == code or category.startswith(f"{code}.") for code in codes)


def _midnight(day: date) -> str:
    return format_datetime(datetime(day.year, day.month, day.day, tzinfo=EASTERN))
