"""The card that shows a paper in a list, and the buttons on it.

It decides how a paper is shown among others; never which papers are. Rendered by Jinja2, in a third
of the time that Django's templates take. Read more: docs/decisions.md, templates/papers/card.jinja.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

import jinja2
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from papers.bylines import link_line
from papers.latex import to_html, to_text
from papers.links import link, paper_link
from papers.marks import Marks
from papers.models import Paper, PaperStats
from papers.numerals import grouped
from papers.stencils import Stencil, new_number

_NOTHING_DONE = Marks()

# Kept by what they show, so nothing has to be thrown away when a paper changes. About 10 MB a
# process: the papers of some forty pages, full within minutes.
KEPT_CARDS = 1024
# What stands for a paper's own in the buttons that are kept: no address or title has it.
_NUMBER = new_number()
_TITLE, _VOTES = f"title{new_number()}", f"votes{new_number()}"


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Who looks at the cards of a page, which is at `path`, and what they did with its papers."""

    path: str
    is_reader: bool = False
    marks: Marks = _NOTHING_DONE
    # Asked once a page: asking for each part of each card took a twentieth of the page's time.
    language: str | None = field(default_factory=get_language)

    @property
    def login_url(self) -> str:
        return _login_url(self.path)


def environment(**options: Any) -> jinja2.Environment:
    """Return the environment of the templates of cards; everything is escaped."""
    options |= {"autoescape": True, "extensions": ["jinja2.ext.i18n"]}
    env = jinja2.Environment(**options)  # noqa: S701  (autoescape is in the options)
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals |= {"url": link, "grouped": grouped}
    env.filters |= {"tex": to_html, "plain": to_text}
    return env


def render_card(
    paper: Paper,
    onlooker: Onlooker,
    *,
    title: SafeString | None = None,
    abstract: SafeString | None = None,
    reason: str = "",
    end: SafeString | None = None,
) -> SafeString:
    """Return the card as HTML. `title` and `abstract`, as HTML, take the place of the paper's own.

    `reason` says why it is shown; `end` is HTML for the card's end.
    """
    shown = _shown(paper, onlooker.language, has_abstract=abstract is None)
    if title is None and abstract is None:
        head = _kept_head(shown, onlooker.language)
    else:
        head = _head(shown, title, abstract)
    # A macro: a template's `render` takes twice as long to begin.
    card = card_template("papers/card.jinja").module.card  # type: ignore[attr-defined]
    return SafeString(card(head, render_actions(paper, onlooker), reason, end))


def render_actions(paper: Paper, onlooker: Onlooker) -> SafeString:
    """Return the buttons of a card: to vote and, for a reader, to save and to mark as seen."""
    stats = _stats(paper)
    borne = tuple(name for name, ids in onlooker.marks if paper.pk in ids)
    path = "" if onlooker.is_reader else onlooker.path
    stencil = _kept_actions(path, onlooker.is_reader, borne, onlooker.language)
    words = {
        str(_NUMBER): str(paper.pk),
        _TITLE: escape(to_text(paper.title)),
        _VOTES: str(stats.votes if stats else 0),
    }
    return stencil.fill(words)


def render_vote_button(
    paper: Paper, onlooker: Onlooker, *, voted: bool, votes: int, held: str = ""
) -> SafeString:
    """Return the button that votes; `held` says why the vote does not count yet."""
    return _button("vote_button", paper, onlooker, voted, votes, held)


def render_seen_button(paper: Paper, onlooker: Onlooker, *, seen: bool) -> SafeString:
    return _button("seen_button", paper, onlooker, seen)


def render_save_control(paper: Paper, onlooker: Onlooker, *, refocus: bool = False) -> SafeString:
    """Return the button that saves `paper`; `refocus`: it took the place of one that was used."""
    return _button("save_control", paper, onlooker, refocus)


def card_template(name: str) -> jinja2.Template:
    engine = engines["cards"]
    assert isinstance(engine, Jinja2)  # noqa: S101
    template: jinja2.Template = engine.env.get_template(name)
    return template


def _button(name: str, *arguments: object) -> SafeString:
    return SafeString(getattr(card_template("papers/buttons.jinja").module, name)(*arguments))


class _Shown(NamedTuple):
    """All that a card shows of a paper to everybody: equal values give the same HTML."""

    pk: int
    arxiv_id: str | None
    title: str
    abstract: str
    author_line: str
    category: str | None
    code_url: str
    is_sample: bool
    is_withdrawn: bool
    day: tuple[str, str] | None
    upvotes: int | None
    stars: int | None

    @property
    def address(self) -> str:
        return paper_link(self.pk, self.arxiv_id)


def _shown(paper: Paper, language: str | None, *, has_abstract: bool) -> _Shown:
    stats = _stats(paper)
    day = paper.dated_at
    return _Shown(
        pk=paper.pk,
        arxiv_id=paper.arxiv_id,
        title=paper.title,
        abstract=paper.short_abstract if has_abstract else "",
        author_line=paper.author_line,
        category=paper.primary_category_id,
        code_url=paper.code_url,
        is_sample=paper.is_sample,
        is_withdrawn=paper.withdrawn_at is not None,
        day=_day(day, language) if day else None,
        upvotes=stats.upvotes if stats else None,
        stars=stats.stars if stats else None,
    )


def _head(shown: _Shown, title: SafeString | None, abstract: SafeString | None) -> SafeString:
    head = card_template("papers/card_head.jinja").render(
        paper=shown,
        title=to_html(shown.title) if title is None else title,
        abstract=to_html(shown.abstract) if abstract is None else abstract,
        authors=link_line(shown.author_line),
    )
    return SafeString(head)


@lru_cache(KEPT_CARDS)
def _kept_head(shown: _Shown, _language: str | None) -> SafeString:
    return _head(shown, None, None)


@lru_cache(KEPT_CARDS)
def _kept_actions(
    path: str, is_reader: bool, borne: tuple[str, ...], _language: str | None
) -> Stencil:
    marks = Marks(**{name: frozenset((_NUMBER,)) for name in borne})
    onlooker = Onlooker(path, is_reader=is_reader, marks=marks)
    drawn = _button("actions", Paper(pk=_NUMBER, title=_TITLE), onlooker, _VOTES)
    return Stencil(drawn, str(_NUMBER), _TITLE, _VOTES)


def _stats(paper: Paper) -> PaperStats | None:
    return getattr(paper, "stats", None)


@lru_cache(64)
def _login_url(path: str) -> str:
    return f"{link('account_login')}?next={quote(path)}"


def _day(moment: date | datetime, language: str | None) -> tuple[str, str]:
    """The day in the onlooker's time zone: as machines read it, and as people do."""
    if isinstance(moment, datetime):
        moment = timezone.localtime(moment).date()
    return _day_text(moment, language)


@lru_cache(1024)
def _day_text(day: date, _language: str | None) -> tuple[str, str]:
    return day.isoformat(), date_format(day, "j M Y")
