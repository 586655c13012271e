"""The nightly repair: each category's records that changed since the last one, twice over.

First in the format `arXivRaw` (every version with its moment, so that a newer text is known to be
newer), then in `arXiv` (authors one by one). Both bring comments, withdrawals and papers that the
feed never did. It decides the span; papers/harvest.py does the reading.
Read more: DESIGN 3.7; arXiv's records are fresh at about 22:30 US Eastern.
"""

from datetime import date, datetime, time, timedelta

from papers import coverage
from papers.calendar import EASTERN, feed_day
from papers.feeds.arxiv_oai import set_spec_of
from papers.models import Harvest, Source
from papers.source_turns import mark_failing, mark_working, release

NIGHTLY_AT = time(23, 10)  # US Eastern
FIRST_SPAN = timedelta(days=7)
FIRST_READING, SECOND_READING = Harvest.Interface.OAI_RAW, Harvest.Interface.OAI


def begin(source: Source, *, now: datetime) -> Harvest | None:
    """Start tonight's repair of `source`'s category; None while the last one is still under way."""
    under_way = source.harvests.filter(state__in=(Harvest.State.RUNNING, Harvest.State.PAUSED))
    harvest = None if under_way.exists() else _start(source, FIRST_READING, now=now)
    release(source, next_due_at=next_night(now))
    return harvest


def _start(
    source: Source, interface: Harvest.Interface, *, now: datetime, first_on: date | None = None
) -> Harvest:
    first_on = first_on or _changed_since(source, now)
    return Harvest.objects.create(
        source=source,
        interface=interface,
        scope=set_spec_of(source.key),
        first_on=first_on,
        window_first_on=first_on,
        started_at=now,
        next_due_at=now,
    )


def _changed_since(source: Source, now: datetime) -> date:
    """The day before the last repair began: what changed later that day was not in it.

    One whose second reading was never begun, its worker killed, or never finished does not count.
    """
    done = source.harvests.filter(state=Harvest.State.DONE)
    firsts = done.filter(interface=FIRST_READING)
    second = done.filter(interface=SECOND_READING).order_by("pk").last()
    if second is None:
        first = firsts.order_by("first_on").first()
        return first.first_on if first else feed_day(now) - FIRST_SPAN
    first = firsts.filter(pk__lt=second.pk).order_by("pk").last()
    return feed_day((first or second).started_at) - timedelta(days=1)


def follow(harvest: Harvest, *, now: datetime) -> None:
    """Go on after a page of a repair: say how it does, and begin the second reading or finish."""
    source = harvest.source
    if source is None:
        return
    if harvest.last_error:
        mark_failing(source, harvest.last_error, now=now)
    elif harvest.state == Harvest.State.DONE:
        if harvest.interface == FIRST_READING:
            _start(source, SECOND_READING, now=now, first_on=harvest.first_on)
        else:
            coverage.recover_missed_days(today=feed_day(now))
            mark_working(source, now=now)


def next_night(now: datetime) -> datetime:
    """Return the next 23:10 US Eastern: late enough for that evening's announcement."""
    here = now.astimezone(EASTERN)
    tonight = datetime.combine(here.date(), NIGHTLY_AT, EASTERN)
    return tonight if tonight > here else tonight + timedelta(days=1)
