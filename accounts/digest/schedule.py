"""When a reader's next issue is due, and for which of their own dates.

It decides moments from a reader's hour, zone, weekdays and pause; it never reads the clock and
never makes an issue. The rule on days when clocks change: docs/decisions.md, "Local time".
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.confirmed import confirmed_ids
from accounts.digest import ledger
from accounts.models import Delivery, User

# One wanted weekday may be a date that never was (Apia, 30 December 2011), so two weeks and more.
_HORIZON_DAYS = 16
# Between two issues of a reader who changes hour or zone. Three dates of one reader, from the
# first zone of the world to the last and over a change of clocks, are 73 hours at most.
SHORTEST_GAP = timedelta(hours=12)
LONGEST_GAP = timedelta(hours=73)


def next_due(user: User, after: datetime) -> datetime | None:
    """Return the first moment later than `after` at which an issue is due, in UTC.

    It is the reader's hour on the next local date that is wanted. An hour that the date does not
    have gives the first instant after the gap; an hour that comes twice gives its first coming.
    None: the digest is off or stopped, no weekday is chosen or the account is closed.
    """
    if not (user.gets_digest and user.digest_days):
        return None
    # The day before too: its hour may lie in a gap that ends on the next date.
    first = after.astimezone(user.zone).date() - timedelta(days=1)
    if user.paused_until is not None:
        first = max(first, user.paused_until)
    for days in range(_HORIZON_DAYS):
        day = first + timedelta(days=days)
        moment = moment_on(user, day) if user.wants_digest_on(day) else None
        if moment is not None and moment > after:
            return moment
    return None


def moment_on(user: User, day: date) -> datetime | None:
    """Return the reader's hour on the local date `day`, in UTC; None: that date never was."""
    zone = user.zone
    midnight = _first_instant(day, 0, zone)
    if midnight.astimezone(zone).date() != day:
        return None
    return _first_instant(day, user.digest_hour, zone)


def due_local_date(user: User, due_at: datetime) -> date:
    """Return the reader's date that an issue due at `due_at` belongs to.

    That is the local date of the moment, but for one case: when the last hours of a date are
    missing (23:00 in Nuuk each March), its issue is due at 00:00 of the next and is still its own.
    """
    day = due_at.astimezone(user.zone).date()
    before = day - timedelta(days=1)
    return before if moment_on(user, before) == due_at else day


def missed_dates(user: User, now: datetime) -> list[tuple[date, datetime]]:
    """Return the dates, with their moments, that came due from `user.next_due_at` until `now`.

    In order; empty when nothing is due. More than one after an outage, of which the two weeks
    before `now` are looked at.
    """
    moment = user.next_due_at
    if moment is None or moment > now:
        return []
    found = [(due_local_date(user, moment), moment)]
    after = max(moment, now - timedelta(days=_HORIZON_DAYS))
    while (following := next_due(user, after)) is not None and following <= now:
        day = due_local_date(user, following)
        # The reader chose a later hour while the issue was due: it is of the same date.
        if day != found[-1][0]:
            found.append((day, following))
        after = following
    return found


@transaction.atomic
def reschedule(user: User, now: datetime) -> None:
    """Write `user.next_due_at` after a change of hour, zone, days, pause or of the choice itself.

    A date that already has an issue gets no second one: a change of zone counts from the next
    local date. An issue that came due but was not entered yet still comes. One that the change
    brought to less than SHORTEST_GAP after the last is entered as skipped, and taken out again by
    a later change; a change that would leave more than LONGEST_GAP makes the issue due at once.
    Where the digest is now off or stopped or the account closed, what waits is taken back; so it
    is of a reader who confirmed no address, and nothing is due, whoever switches the digest on.
    """
    # Fresh: the caller may have read the reader before a tick moved it on.
    readers = User.objects.select_for_update(no_key=True).filter(pk=user.pk)
    pending = readers.values_list("next_due_at", flat=True).first()
    is_confirmed = bool(confirmed_ids([user.pk]))
    user.next_due_at = _after_change(user, pending, now) if is_confirmed else None
    user.save(update_fields=["next_due_at"])
    if user.mail_stopped_at is not None:
        ledger.cancel_waiting(user, now, user.mail_stopped_why)
    elif not (user.digest_enabled and user.is_active):
        ledger.cancel_waiting(user, now)
    elif not is_confirmed:
        ledger.cancel_waiting(user, now, _("Your address was not confirmed yet."))


def _after_change(user: User, pending: datetime | None, now: datetime) -> datetime | None:
    last = ledger.last_issue(user)
    if pending is not None and pending <= now and _is_owed(user, pending, last):
        # In another zone it may be of a date that was passed over before: it comes after all.
        ledger.forget_passed_over(user, last)
        return pending
    due = next_due(user, now)
    while due is not None and last is not None and due_local_date(user, due) <= last.local_date:
        due = next_due(user, due)
    if due is None or due == pending:
        return due
    ledger.forget_passed_over(user, last)
    if last is None:
        return due
    far_enough, passed_over = pass_over(user, due, last.due_at)
    Delivery.objects.bulk_create(
        [moved_row(user, moment, now) for moment in passed_over], ignore_conflicts=True
    )
    latest = last.due_at + LONGEST_GAP
    is_late = far_enough is None or far_enough > latest
    if is_late and pending is not None and pending <= latest and _is_owed(user, now, last):
        # Days that the reader wants no issue on, or a pause, are no delay.
        return now if _wants_all_since(user, last.local_date, now) else far_enough
    return far_enough


def _wants_all_since(user: User, day: date, now: datetime) -> bool:
    days = (now.astimezone(user.zone).date() - day).days
    return all(user.wants_digest_on(day + timedelta(days=n)) for n in range(1, days + 1))


def pass_over(
    user: User, due: datetime | None, last: datetime
) -> tuple[datetime | None, list[datetime]]:
    """Return the first due moment from `due` on that is far enough from `last`; and those before.

    An hour or zone that was changed right after an issue may bring the next within an hour.
    """
    passed_over = []
    while due is not None and due < last + SHORTEST_GAP:
        passed_over.append(due)
        due = next_due(user, due)
    return due, passed_over


def moved_row(user: User, moment: datetime, now: datetime) -> Delivery:
    """Return the unsaved row of an issue that came too near to the last one."""
    return ledger.new_delivery(
        user,
        due_local_date(user, moment),
        moment,
        state=Delivery.State.SKIPPED,
        reason=_(
            "You changed your hour or time zone: this issue would have come less than 12 hours "
            "after the last."
        ),
        finished_at=now,
    )


def _is_owed(user: User, moment: datetime, last: Delivery | None) -> bool:
    """Whether the date of `moment` is wanted and later than that of the last issue."""
    day = due_local_date(user, moment)
    return (
        user.gets_digest and user.wants_digest_on(day) and (last is None or day > last.local_date)
    )


def _first_instant(day: date, hour: int, zone: ZoneInfo) -> datetime:
    wall = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    # In a gap fold 1 reads the clock with the later offset, which gives the earlier instant.
    return _change_between(wall.replace(fold=1).astimezone(UTC), instant, zone)


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant, to the second, with the offset that `after` has."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
