"""Cards of papers, and the buttons on them, in templates."""

from collections.abc import Collection, Iterable
from typing import Protocol

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from papers.cards import Onlooker, render_actions, render_card, render_save_control
from papers.latex import to_html
from papers.marks import Marks
from papers.models import Paper

register = template.Library()


class Snippet(Protocol):
    """What is shown of a paper that was found."""

    @property
    def title(self) -> SafeString: ...
    @property
    def abstract(self) -> SafeString: ...


@register.simple_tag(takes_context=True)
def paper_card(
    context: Context, paper: Paper, snippet: Snippet | None = None, reason: str = ""
) -> SafeString:
    """The card of `paper`; `snippet`: with the words asked for marked.

    Where no reason is given, that of the view's `reasons` by paper id.
    """
    onlooker = onlooker_of(context)
    reason = reason or (context.get("reasons") or {}).get(paper.pk, "")
    if snippet is None:
        return render_card(paper, onlooker, reason=reason)
    return render_card(
        paper, onlooker, title=snippet.title, abstract=snippet.abstract, reason=reason
    )


@register.simple_tag(takes_context=True)
def lead_card(context: Context, paper: Paper, abstract: str) -> SafeString:
    """The card of `paper` with more of its abstract than a card has."""
    reason = (context.get("reasons") or {}).get(paper.pk, "")
    return render_card(paper, onlooker_of(context), abstract=to_html(abstract), reason=reason)


@register.simple_block_tag(takes_context=True)
def paper_card_with(context: Context, content: SafeString, paper: Paper) -> SafeString:
    """The card of `paper`, at whose end stands what the block holds."""
    return render_card(paper, onlooker_of(context), end=content)


@register.filter
def all_in(papers: Iterable[Paper], paper_ids: Collection[int]) -> bool:
    """Whether each of `papers` is among `paper_ids`."""
    return all(paper.pk in paper_ids for paper in papers)


@register.simple_tag(takes_context=True)
def card_actions(context: Context, paper: Paper) -> SafeString:
    return render_actions(paper, onlooker_of(context))


@register.simple_tag(takes_context=True)
def save_control(context: Context, paper: Paper) -> SafeString:
    return render_save_control(paper, onlooker_of(context))


def onlooker_of(context: Context) -> Onlooker:
    """Made once a page: its path may be long, and all its cards lead back there.

    A part of a page that is kept for many pages brings its own.
    """
    known = context.get("onlooker") or context.render_context.get("onlooker")
    if isinstance(known, Onlooker):
        return known
    user = context.get("user")
    made = Onlooker(
        path=context["request"].get_full_path(),
        is_reader=bool(user and user.is_authenticated),
        marks=context.get("marks") or Marks(),
    )
    context.render_context["onlooker"] = made
    return made
