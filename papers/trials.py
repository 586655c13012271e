"""Trying a source: ask it once, say in words what it answers, store nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import BoundedSemaphore
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from papers.calendar import feed_day
from papers.feeds import arxiv_oai
from papers.feeds.fetch import FetchedResponse
from papers.feeds.parsing import parse_apart
from papers.feeds.records import FeedError, ParsedFeed
from papers.models import FetchedDocument, Source
from papers.sources import READERS, Ask

TITLES_SHOWN = 5
REMARKS_SHOWN = 5
# Each holds a thread of the web process until the origin answers.
_TURNS = BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a source answered: `title` is the feed's own name, `titles` its first papers'."""

    works: bool
    words: str
    title: str = ""
    titles: Sequence[str] = ()
    remarks: Sequence[str] = ()


def can_be_tried(kind: str) -> bool:
    """Whether there is one request that shows how a source of this kind does."""
    return kind in READERS or kind == Source.Kind.ARXIV_OAI


def try_source(source: Source, *, now: datetime) -> Trial:
    """Ask `source`, which need not be saved, for what is newest; a fault is in `words`."""
    if not can_be_tried(source.kind):
        return Trial(works=False, words=_("There is nothing to try."))
    if not _TURNS.acquire(blocking=False):
        return Trial(works=False, words=_("Two sources are being tried; try again in a moment."))
    try:
        parsed = _ask(source, now=now)
    except FeedError as error:
        return Trial(works=False, words=str(error))
    finally:
        _TURNS.release()
    titles = tuple(record.title for record in parsed.records[:TITLES_SHOWN])
    remarks = _few(parsed.problems)
    return Trial(
        works=True, words=_in_words(parsed), title=parsed.title, titles=titles, remarks=remarks
    )


def _ask(source: Source, *, now: datetime) -> ParsedFeed:
    if source.kind == Source.Kind.ARXIV_OAI:
        day = feed_day(now)
        answer = arxiv_oai.fetch_page(
            set_spec=arxiv_oai.set_spec_of(source.key), prefix="arXiv", first_on=day
        )
        return _parse(arxiv_oai.parse, answer, {"today": day})
    reader = READERS[Source.Kind(source.kind)]
    day = (reader.days(source, now) or [now.date()])[-1]
    answer = reader.fetch(Ask(source, day))
    document = _document(answer, day, now)
    return _parse(reader.parse, answer, reader.arguments(source, document))


def _document(answer: FetchedResponse, day: date, now: datetime) -> FetchedDocument:
    return FetchedDocument(for_day=day, fetched_at=now, content_type=answer.content_type)


def _parse(
    parse: Callable[..., ParsedFeed], answer: FetchedResponse, arguments: dict[str, Any]
) -> ParsedFeed:
    parsed: ParsedFeed = parse_apart(parse, answer.body, **arguments)
    return parsed


def _in_words(parsed: ParsedFeed) -> str:
    if parsed.expected is not None:
        words = _("It states %(n)d papers for %(day)s.")
        return words % {"n": parsed.expected, "day": parsed.day}
    count = len(parsed.records)
    words = ngettext("It answers with %(n)d paper.", "It answers with %(n)d papers.", count)
    return words % {"n": count}


def _few(problems: Sequence[str]) -> Sequence[str]:
    left = len(problems) - REMARKS_SHOWN
    if left <= 0:
        return problems
    more = ngettext("And %(n)d more of this kind.", "And %(n)d more of this kind.", left)
    return (*problems[:REMARKS_SHOWN], more % {"n": left})
