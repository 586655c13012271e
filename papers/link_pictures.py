"""The picture for links to a paper's page, or to the site: what it says, and how often it is made.

Only of what everybody may see: papers and the site itself, no list, nothing of a reader. One costs
15 ms of CPU, so the site makes two a second at most over ten seconds, and keeps each for a while.
"""

from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from papers.formats.lines import one_line
from papers.latex import to_text
from papers.limits import CacheAwayError, Limit, take
from papers.links import link
from papers.models import Paper
from papers.pictures.cards import CardText, draw_card

# One in a chat is fetched a few times within a minute; at two a second these are 30 MB.
KEPT_SECONDS = 600
DRAWN = Limit("link-picture", amount=20, window_seconds=10)


def of_site() -> bytes:
    """Return the PNG for pages that have none of their own. Drawn once a process."""
    title = _("Each day's research papers, ranked by what readers and the world make of them.")
    return _draw_once(
        CardText(nameplate=settings.SITE_NAME, title=title, instead=_host(), foot=_host())
    )


def picture_address(paper: Paper) -> str:
    """Return the path of the paper's picture."""
    if paper.arxiv_id:
        return link("papers:paper_picture", paper.arxiv_id)
    return link("papers:paper_picture_by_number", paper.pk)


def of_paper(paper: Paper) -> bytes | None:
    """Return a PNG; None when too many were drawn just now, or nobody can say how many."""
    text = text_of(paper)
    key = f"link-picture:{sha256(repr(text).encode()).hexdigest()}"
    kept: bytes | None = cache.get(key)
    if kept is not None:
        return kept
    try:
        if not take(DRAWN, "all"):
            return None
    except CacheAwayError:
        return None
    drawn = draw_card(text)
    cache.set(key, drawn, KEPT_SECONDS)
    return drawn


def text_of(paper: Paper) -> CardText:
    day = paper.announced_on or paper.submitted_at
    said = [
        _("Withdrawn") if paper.withdrawn_at else "",
        paper.primary_category_id or "",
        date_format(day, "j F Y") if day else "",
    ]
    return CardText(
        nameplate=settings.SITE_NAME,
        title=one_line(to_text(paper.title)),
        kicker=" · ".join(filter(None, said)),
        byline=paper.author_line,
        foot=f"{_host()}{paper.get_absolute_url()}",
        instead=f"arXiv {paper.arxiv_id}" if paper.arxiv_id else _("A research paper"),
    )


@lru_cache(maxsize=8)
def _draw_once(text: CardText) -> bytes:
    return draw_card(text)


def _host() -> str:
    return str(urlsplit(settings.SITE_URL).netloc)
