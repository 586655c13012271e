"""Trying a source: ask it once, say in words what it answers, store nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from threading import BoundedSemaphore
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from papers.calendar import feed_day
from papers.feeds import arxiv_oai
from papers.feeds.fetch import FetchedResponse
from papers.feeds.parsing import parse_apart
from papers.feeds.patience import at_most
from papers.feeds.records import FeedError, ParsedFeed
from papers.models import FetchedDocument, Source
from papers.numerals import grouped
from papers.sources import READERS, Ask

TITLES_SHOWN = 5
REMARKS_SHOWN = 5
# Each holds a thread of the web process until the origin answers.
MOST_AT_ONCE = 2
LONGEST_WAIT_SECONDS = 12.0
_TURNS = BoundedSemaphore(MOST_AT_ONCE)
# Locks of the connection, for all processes: they go when one of them is killed.
_LOCK = "SELECT pg_try_advisory_lock(hashtext('papers.trials'), %s)"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext('papers.trials'), %s)"


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
    try:
        with _turn(), at_most(LONGEST_WAIT_SECONDS):
            parsed = _ask(source, now=now)
    except FeedError as error:
        return Trial(works=False, words=str(error))
    titles = tuple(record.title for record in parsed.records[:TITLES_SHOWN])
    remarks = _few(parsed.problems)
    return Trial(
        works=True, words=_in_words(parsed), title=parsed.title, titles=titles, remarks=remarks
    )


@contextmanager
def _turn() -> Iterator[None]:
    """One of the two turns of this process, and of the site. Raises FeedError when none is free."""
    are_taken = FeedError(_("Two sources are being tried; try again in a moment."))
    if not _TURNS.acquire(blocking=False):
        raise are_taken
    try:
        slot = next(filter(_lock, range(MOST_AT_ONCE)), None)
        if slot is None:
            raise are_taken
        try:
            yield
        finally:
            _run(_UNLOCK, slot)
    finally:
        _TURNS.release()


def _lock(slot: int) -> bool:
    return _run(_LOCK, slot)


def _run(statement: str, slot: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [slot])
        return bool(cursor.fetchone()[0])


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
        words = _("It states %(n)s papers for %(day)s.")
        return words % {"n": grouped(parsed.expected), "day": parsed.day}
    count = len(parsed.records)
    words = ngettext("It answers with %(n)s paper.", "It answers with %(n)s papers.", count)
    return words % {"n": grouped(count)}


def _few(problems: Sequence[str]) -> Sequence[str]:
    left = len(problems) - REMARKS_SHOWN
    if left <= 0:
        return problems
    more = ngettext("And %(n)d more of this kind.", "And %(n)d more of this kind.", left)
    return (*problems[:REMARKS_SHOWN], more % {"n": left})
