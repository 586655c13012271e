"""How the sources and their hosts are doing, as the public status page says it.

It decides what a visitor may read: of an address only its host, since a feed's may hold a key.
Never changes anything. Read more: papers/source_turns.py, papers/answer_counts.py.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from papers.documents import ATTEMPTS
from papers.models import AnswerCount, Batch, FetchedDocument, Harvest, HostGate, Source
from papers.pauses import SHORTEST_PAUSE, address_of, gate_of

_ADDRESS = re.compile(r"https?://[^\s“”\"'<>]+")
NOT_MODIFIED = "304"
PARKED_SHOWN = 20
BATCHES_SHOWN = 40
PROBLEMS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source: `why` says in words what keeps it from being read, "" when nothing does; it is as
    stored, in English (papers/spoken.py). `pause` says that its host asked for one, or "".

    `look` is `ok`, `failing`, `paused` or `new`; `next_try_at` is None while it is paused by an
    administrator, and not before the end of a pause that its host asked for.
    """

    pk: int
    label: str
    look: str
    state: str
    why: str
    pause: str
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    next_try_at: datetime | None


@dataclass(frozen=True, slots=True)
class HostLine:
    """The answers of one host on one UTC day; `failures` gave nothing usable."""

    host: str
    answers: int
    not_modified: int
    failures: int
    received_bytes: int

    @property
    def not_modified_percent(self) -> int:
        return round(100 * self.not_modified / self.answers) if self.answers else 0


@dataclass(frozen=True, slots=True)
class Parked:
    """An answer that was fetched and could not be stored, after as many tries as it gets."""

    label: str
    for_day: date
    reason: str


@dataclass(frozen=True, slots=True)
class BatchLine:
    """What one source brought for one day; `problems` has a sentence for items left out."""

    day: date
    label: str
    state: str
    received: int
    rejected: int
    problems: list[str]


def source_lines(*, now: datetime) -> list[SourceLine]:
    """Return every source, failing ones first, then by kind and key. Two queries."""
    gates = HostGate.objects.filter(next_allowed_at__gt=now + SHORTEST_PAUSE)
    pauses = dict(gates.values_list("host", "next_allowed_at"))
    lines = [
        _source_line(source, pauses.get(gate_of(address_of(source))))
        for source in Source.objects.all()
    ]
    return sorted(lines, key=lambda line: line.look != Source.State.FAILING)


def host_lines(*, day: date) -> list[HostLine]:
    """Return what each host answered on the UTC day `day`, the busiest first."""
    outcomes: dict[str, list[AnswerCount]] = defaultdict(list)
    for row in AnswerCount.objects.filter(day=day):
        outcomes[row.host].append(row)
    lines = [_host_line(host, rows) for host, rows in outcomes.items()]
    return sorted(lines, key=lambda line: (-line.answers, line.host))


def harvests_under_way() -> list[Harvest]:
    """Return the repairs and backfills that run or are paused, the newest first."""
    states = (Harvest.State.RUNNING, Harvest.State.PAUSED)
    return list(Harvest.objects.filter(state__in=states).defer("problems"))


def parked_documents() -> tuple[int, list[Parked]]:
    """Return how many answers are parked, and the newest of them."""
    rows = FetchedDocument.objects.filter(attempts__gte=ATTEMPTS).exclude(last_error="")
    newest = rows.select_related("source", "harvest").defer("body").order_by("-fetched_at")
    return rows.count(), [
        Parked(
            label=label_of(row.source) if row.source else str(row.harvest),
            for_day=row.for_day,
            reason=without_addresses(row.last_error),
        )
        for row in newest[:PARKED_SHOWN]
    ]


def batch_lines() -> list[BatchLine]:
    """Return the newest batches that arXiv's strip does not tell of.

    They are those of other sources, and those of which something was left out.
    """
    rows = Batch.objects.exclude(source__kind=Source.Kind.ARXIV_RSS, rejected=0)
    newest = rows.select_related("source").order_by("-announced_on", "source__kind", "category")
    return [
        BatchLine(
            day=row.announced_on,
            label=label_of(row.source),
            state=row.get_state_display(),
            received=row.received,
            rejected=row.rejected,
            problems=[without_addresses(str(one)) for one in row.problems[:PROBLEMS_SHOWN]],
        )
        for row in newest[:BATCHES_SHOWN]
    ]


def label_of(source: Source) -> str:
    """Return what a source is called in public: of a feed without a title only the host."""
    if source.title or source.kind != Source.Kind.SYNDICATION:
        return str(source)
    return f"{source.get_kind_display()}: {urlsplit(source.key).hostname or ''}"


def without_addresses(text: str) -> str:
    """Return `text` with each address cut to its host."""
    return _ADDRESS.sub(lambda found: _host_of(found.group()), text)


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return "…"


def _source_line(source: Source, paused_until: datetime | None) -> SourceLine:
    why = without_addresses(source.last_error) if source.state == Source.State.FAILING else ""
    next_try_at: datetime | None = source.next_due_at
    pause = ""
    look, state = source.state, source.get_state_display()
    if not source.is_active:
        look, state, next_try_at = "paused", _("paused by an administrator"), None
    elif paused_until is not None:
        pause = _("Its host asked to be left alone for a while.")
        next_try_at = max(paused_until, source.next_due_at)
    return SourceLine(
        pk=source.pk,
        label=label_of(source),
        look=look,
        state=str(state),
        why=why,
        pause=pause,
        last_attempt_at=source.last_attempt_at,
        last_success_at=source.last_success_at,
        next_try_at=next_try_at,
    )


def _host_line(host: str, rows: Sequence[AnswerCount]) -> HostLine:
    counts = {row.outcome: row.answers for row in rows}
    fine = sum(answers for outcome, answers in counts.items() if outcome[:1] in ("2", "3"))
    return HostLine(
        host=host.removesuffix(":443").removesuffix(":80"),
        answers=sum(counts.values()),
        not_modified=counts.get(NOT_MODIFIED, 0),
        failures=sum(counts.values()) - fine,
        received_bytes=sum(row.received_bytes for row in rows),
    )
