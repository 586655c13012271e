"""The card that shows a paper in a list, and the buttons on it.

It decides how a paper is shown among others; never which papers are. Rendered by Jinja2, in a third
of the time that Django's templates take. Read more: docs/decisions.md, templates/papers/card.jinja.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import jinja2
from django.db.models import Model
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from papers.latex import to_html, to_text
from papers.marks import Marks
from papers.models import Paper

_NOTHING_DONE = Marks()


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Who looks at the cards of a page, which is at `path`, and what they did with its papers."""

    path: str
    is_reader: bool = False
    marks: Marks = _NOTHING_DONE

    @property
    def login_url(self) -> str:
        return f"{_address('account_login')}?next={quote(self.path)}"


def environment(**options: Any) -> jinja2.Environment:
    """Return the environment of the templates of cards; everything is escaped."""
    options |= {"autoescape": True, "extensions": ["jinja2.ext.i18n"]}
    env = jinja2.Environment(**options)  # noqa: S701  (autoescape is in the options)
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals["url"] = _address
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
    day = paper.dated_at
    return _render(
        "papers/card.jinja",
        onlooker,
        paper=paper,
        title=to_html(paper.title) if title is None else title,
        abstract=to_html(paper.short_abstract) if abstract is None else abstract,
        day=_day(day) if day else None,
        stats=_stats(paper),
        reason=reason,
        end=end,
    )


def render_actions(paper: Paper, onlooker: Onlooker) -> SafeString:
    """Return the buttons of a card: to vote and, for a reader, to save."""
    return _render("papers/card_actions.jinja", onlooker, paper=paper, stats=_stats(paper))


def render_vote_button(paper: Paper, onlooker: Onlooker, *, voted: bool, votes: int) -> SafeString:
    return _render("papers/vote_button.jinja", onlooker, paper=paper, voted=voted, votes=votes)


def render_save_control(paper: Paper, onlooker: Onlooker, *, refocus: bool = False) -> SafeString:
    """Return the button that saves `paper`; `refocus`: it took the place of one that was used."""
    return _render("readinglists/save_control.jinja", onlooker, paper=paper, refocus=refocus)


def _render(name: str, onlooker: Onlooker, **context: object) -> SafeString:
    engine = engines["cards"]
    assert isinstance(engine, Jinja2)  # noqa: S101
    template = engine.env.get_template(name)
    return SafeString(template.render(context, onlooker=onlooker, marks=onlooker.marks))


def _stats(paper: Paper) -> Model | None:
    return getattr(paper, "stats", None)


@lru_cache(4096)
def _reversed(_prefix: str, name: str, *arguments: str | int) -> str:
    return reverse(name, args=arguments)


def _address(name: str, *arguments: str | int) -> str:
    return _reversed(get_script_prefix(), name, *arguments)


def _day(moment: date | datetime) -> tuple[str, str]:
    """The day in the onlooker's time zone: as machines read it, and as people do."""
    if isinstance(moment, datetime):
        moment = timezone.localtime(moment).date()
    return _day_text(moment, get_language())


@lru_cache(1024)
def _day_text(day: date, _language: str | None) -> tuple[str, str]:
    return day.isoformat(), date_format(day, "j M Y")
