"""Papers that imports wait for: asked for in the background, and put into their lists.

It decides whose turn it is, how many are asked for at once and when to try again; what a source
says papers.lookup and papers.feeds say. The rows carry the truth; a task may run twice. Entries of
an import that was undone do not come until that is undone, too.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from papers import nudges
from papers.feeds import arxiv_api
from papers.feeds.parsing import parse_apart
from papers.feeds.records import FeedError, FetchError, HostBusyError, PaperRecord
from papers.ingest import ingest
from papers.lookup import NoSuchPaperError, look_up
from papers.models import TextSource
from readinglists.changing import changing, hold
from readinglists.entries import added_rows
from readinglists.history import Kind, record
from readinglists.imports.matching import find_papers
from readinglists.imports.records import Name
from readinglists.merging import join_notes
from readinglists.models import Entry, ListChange, ReadingList, WaitingEntry
from readinglists.positions import free_key, keys_at_end
from readinglists.saves import keeping_saves
from readinglists.tags import join_tags

# One question of arXiv's API; its address stays under 2,000 characters.
IDS_A_QUESTION = 100
# Crossref is asked one by one.
DOIS_A_TURN = 10
LEASE = timedelta(minutes=10)
RETRIES = (timedelta(minutes=2), timedelta(minutes=20), timedelta(hours=2))
LONGEST_PAUSE = timedelta(days=1)
IN_THE_BIN = timedelta(days=1)
LOOK_UP_FIRST = timedelta(seconds=20)
BAD_REQUEST = 400
FETCH_TASK = "readinglists.tasks.fetch_waiting"

State = WaitingEntry.State


@dataclass(frozen=True, slots=True)
class Turn:
    """The names that this worker asks for, until the lease ends."""

    token: uuid.UUID
    names: tuple[Name, ...]

    @property
    def values(self) -> list[str]:
        return [value for _scheme, value in self.names]


def wait_for(
    reading_list: ReadingList,
    name: Name,
    *,
    by: AbstractBaseUser,
    note: str = "",
    tags: Sequence[str] = (),
) -> bool:
    """Let the paper of that name come to the end of the list once it is here; return False where
    the name is neither an arXiv id nor a DOI. What the list waits for already gets the note and
    tags too, and what was not found is looked for again.

    For a paper that was asked for by papers.requests: its look-up comes first, and then nothing is
    left to fetch. Raises ReadingList.DoesNotExist when the list is gone.
    """
    scheme, value = name
    if scheme not in WaitingEntry.Scheme.values:
        return False
    with transaction.atomic():
        held = hold(reading_list.pk)
        held.waiting.unwanted().filter(scheme=scheme, value=value).delete()
        known = held.waiting.filter(scheme=scheme, value=value)
        before = known.select_for_update().first()
        row = before or WaitingEntry(reading_list=held, scheme=scheme, value=value)
        row.note = join_notes(row.note, note)
        row.tags = join_tags(row.tags, list(tags))
        if before is None:
            row.added_by_id, row.position = by.pk, keys_at_end(held.pk, 1)[0]
        if before is None or before.state == State.FAILED:
            row.state, row.reason, row.attempts = State.WAITING, "", 0
            row.next_due_at = Now() + LOOK_UP_FIRST
        row.save()
    return True


def nudge_fetching() -> None:
    """Ask a worker to fetch what lists wait for; without one the tick does."""
    nudges.nudge(FETCH_TASK)


def fetch_arxiv_ids() -> bool:
    """Ask arXiv for up to 100 of the ids that lists wait for; False when none is due."""
    turn = _claim("arxiv", IDS_A_QUESTION)
    if turn is None:
        return False
    here = find_papers(turn.names)
    missing = [value for scheme, value in turn.names if (scheme, value) not in here]
    try:
        records = _ask_arxiv(missing)
    except FeedError as error:
        _settle(turn, here, str(error), error)
        return True
    _store(records)
    found = here | find_papers(turn.names)
    _settle(turn, found, _("arXiv has no paper of this id."))
    return True


def fetch_dois() -> bool:
    """Ask Crossref for up to ten of the DOIs that lists wait for; False when none is due."""
    for count in range(DOIS_A_TURN):
        turn = _claim("doi", 1)
        if turn is None:
            return count > 0
        here = find_papers(turn.names)
        if here:
            _settle(turn, here, "")
            continue
        try:
            found = look_up("doi", turn.values[0])
            ingest(
                [found.record],
                text_source=found.text_source,
                today=timezone.now().date(),
                origin=found.origin,
            )
        except FeedError as error:
            _settle(turn, {}, str(error), error)
        else:
            _settle(turn, find_papers(turn.names), _("The answer lacks a title."))
    return True


def _ask_arxiv(ids: Sequence[str]) -> list[PaperRecord]:
    """The papers that arXiv has of `ids`. One that it cannot read spoils the whole question: then
    each half is asked for by itself. Raises FeedError."""
    if not ids:
        return []
    try:
        answer = arxiv_api.fetch_ids(ids)
    except FetchError as error:
        if error.status != BAD_REQUEST:
            raise
        half = len(ids) // 2
        return [*_ask_arxiv(ids[:half]), *_ask_arxiv(ids[half:])] if half else []
    return list(parse_apart(arxiv_api.parse, answer.body).records)


def _store(records: Sequence[PaperRecord]) -> None:
    today = timezone.now().date()
    ingest(records, text_source=TextSource.ARXIV, today=today, origin="arxiv_api")


def _claim(scheme: str, most: int) -> Turn | None:
    """Take the turn of the names that are due longest, for all lists that wait for them."""
    waiting = WaitingEntry.objects.filter(scheme=scheme, state=State.WAITING)
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    due = waiting.wanted().filter(free, next_due_at__lte=Now())
    values = dict.fromkeys(
        due.order_by("next_due_at", "pk").values_list("value", flat=True)[: 2 * most]
    )
    token = uuid.uuid4()
    chosen = list(values)[:most]
    taken = waiting.filter(free, value__in=chosen).update(
        attempts=F("attempts") + 1, lease_token=token, leased_until=Now() + LEASE
    )
    if not taken:
        return None
    mine = _of(token).order_by("next_due_at", "pk").values_list("value", flat=True)
    return Turn(token, tuple((scheme, value) for value in dict.fromkeys(mine)))


def _of(token: uuid.UUID) -> "QuerySet[WaitingEntry]":
    return WaitingEntry.objects.filter(lease_token=token, state=State.WAITING)


def _settle(
    turn: Turn, found: dict[Name, int], reason: str, error: FeedError | None = None
) -> None:
    """Put what was found into its lists; say of the rest why not, and when it is tried again."""
    arrived: dict[int, list[WaitingEntry]] = defaultdict(list)
    for row in _of(turn.token).filter(value__in=[value for _scheme, value in found]):
        arrived[row.reading_list_id].append(row)
    for list_id, rows in arrived.items():
        _arrive(list_id, rows, found)
    for row in _of(turn.token):
        if (row.scheme, row.value) not in found:
            _try_again(row, reason, error)


def _try_again(row: WaitingEntry, reason: str, error: FeedError | None) -> None:
    asked = error.retry_after_seconds if isinstance(error, FetchError) else None
    wait = min(timedelta(seconds=asked or 0.0), LONGEST_PAUSE)
    mine = WaitingEntry.objects.filter(pk=row.pk, lease_token=row.lease_token)
    attempts = row.attempts
    if isinstance(error, HostBusyError):  # a host that was never asked costs no attempt
        attempts -= 1
    elif isinstance(error, NoSuchPaperError) or attempts > len(RETRIES):
        mine.update(state=State.FAILED, reason=reason, lease_token=None, leased_until=None)
        return
    else:
        wait = max(RETRIES[attempts - 1], wait)
    mine.update(
        reason=reason,
        attempts=attempts,
        next_due_at=Now() + wait,
        lease_token=None,
        leased_until=None,
    )


def _arrive(list_id: int, rows: Sequence[WaitingEntry], found: dict[Name, int]) -> None:
    """Put the papers of these rows into the list, as a part of the change that imported them."""
    numbers = [found[row.scheme, row.value] for row in rows]
    try:
        with changing(list_id) as current, keeping_saves(current.owner_id, numbers):
            _put(current, rows, found)
    except ReadingList.DoesNotExist:
        # In the bin: it may be taken out again.
        WaitingEntry.objects.filter(pk__in=[row.pk for row in rows]).update(
            next_due_at=Now() + IN_THE_BIN, lease_token=None, leased_until=None
        )


def _put(current: ReadingList, rows: Sequence[WaitingEntry], found: dict[Name, int]) -> None:
    mine = WaitingEntry.objects.filter(pk__in=[row.pk for row in rows])
    still = mine.wanted().select_for_update(of=("self",)).order_by("position")
    there = set(
        current.entries.filter(paper_id__in=found.values()).values_list("paper_id", flat=True)
    )
    made: dict[int | None, list[Entry]] = defaultdict(list)
    for row in still:
        paper_id = found[row.scheme, row.value]
        if paper_id not in there:
            there.add(paper_id)
            made[row.change_id].append(_entry(current, row, paper_id))
    mine.wanted().delete()
    mine.update(lease_token=None, leased_until=None)
    for change_id, entries in made.items():
        _write_down(current, change_id, entries)


def _entry(current: ReadingList, row: WaitingEntry, paper_id: int) -> Entry:
    return Entry.objects.create(
        reading_list=current,
        paper_id=paper_id,
        position=free_key(current.pk, row.position),
        note=row.note,
        tags=row.tags,
        added_by_id=row.added_by_id,
    )


def _write_down(current: ReadingList, change_id: int | None, entries: Sequence[Entry]) -> None:
    """Undoing the import takes out what came later, too."""
    rows = added_rows(entries)
    changes = ListChange.objects.select_for_update()
    change = changes.filter(pk=change_id).first() if change_id else None
    if change is None:
        for entry, row in zip(entries, rows, strict=True):
            record(current, entry.added_by, Kind.ADDED, [row])
        return
    change.rows = [*change.rows, *(row.as_json() for row in rows)]
    change.save(update_fields=["rows"])
