"""Answers as arxiv.org/list/<category>/new does: the page of a day's listings, in three parts."""

from collections.abc import Iterator
from datetime import date

from tests.origin.arxiv_rss import announce_type, belongs
from tests.origin.library import Library, OriginPaper
from tests.origin.replies import Reply, escape

HTML = "text/html; charset=utf-8"
MOST_SHOWN = 2_000
PARTS = {"New": ("new",), "Cross": ("cross",), "Replacement": ("replace", "replace-cross")}


def answer_list(library: Library, day: date, category: str) -> Reply:
    """The page of `category` for `day`; over 2,000 papers the last parts are cut or missing."""
    papers = [paper for paper in library.announced_on(day) if belongs(paper, [category])]
    parts = {
        name: [paper for paper in papers if announce_type(paper, [category]) in kinds]
        for name, kinds in PARTS.items()
    }
    content = "".join(_parts(parts)) or "    <p>No updates today.</p>\n"
    return Reply(200, HTML, _page(category, day, len(papers), content).encode())


def _parts(parts: dict[str, list[OriginPaper]]) -> Iterator[str]:
    place = 0
    for name, papers in parts.items():
        shown = papers[: max(MOST_SHOWN - place, 0)]
        if shown:
            showing = "showing" if len(shown) == len(papers) else "showing first"
            heading = f"{name} submissions ({showing} {len(shown)} of {len(papers)} entries)"
            items = "".join(_item(paper, place + n) for n, paper in enumerate(shown, start=1))
            yield f"<dl id='articles'>\n    <h3>{heading}</h3>\n{items}</dl>\n"
        place += len(shown)


def _item(paper: OriginPaper, place: int) -> str:
    key = paper.arxiv_id
    return f"""    <dt>
      <a name='item{place}'>[{place}]</a>
      <a href ="/abs/{key}" title="Abstract" id="{key}">
        arXiv:{key}
      </a>
      [<a href="/pdf/{key}" title="Download PDF" id="pdf-{key}">pdf</a>]
    </dt>
    <dd>
      <div class='meta'>
        <div class='list-title mathjax'><span class='descriptor'>Title:</span>
          {escape(paper.title)}
        </div>
        <div class='list-authors'>{escape(", ".join(paper.authors))}</div>
        <div class='list-subjects'><span class='descriptor'>Subjects:</span>
          <span class="primary-subject">{escape(", ".join(paper.categories))}</span>
        </div>
        <p class='mathjax'>
          {escape(paper.abstract)}
        </p>
      </div>
    </dd>
"""


def _page(category: str, day: date, total: int, content: str) -> str:
    name = escape(category)
    paging = f"<div class='paging'>Total of {total} entries\n    </div>" if total else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
  <title>{name} new submissions</title>
  <meta name="viewport" content="width=device-width, initial-scale=1">
</head>
<body class="with-cu-identity">
<div id='content-inner'>
<div id='dlpage'>
  <h1>Papers in {name}</h1>
<ul>
  <li><a href="#item1" rel="nofollow">New submissions</a></li>
</ul>
<p>See <a id="recent-{name}" aria-labelledby="recent-{name}" href="/list/{name}/recent">recent</a> \
articles</p>
<h3>Showing new listings for {day:%A}, {day.day} {day:%B} {day.year}</h3>
    {paging}
{content}    {paging}
</div>
</div>
</body>
</html>
"""
