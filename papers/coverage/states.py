"""What may be claimed of one day's batch, from plain facts.

It decides the state of a batch and never infers "complete" from the absence of errors: only from
a total that somebody stated. Never reads the clock or the database. Read more: docs/decisions.md.
"""

from papers.calendar import Expectation
from papers.models import Batch

State = Batch.State


def state_of(
    *,
    received: int,
    expected: int | None,
    expectation: Expectation | None,
    is_answered: bool,
    is_late: bool,
) -> Batch.State:
    """Return the state of one source's batch of one day. The first row that fits counts.

    `received` papers came; `expected` is a total that somebody stated, None when nobody did;
    `expectation` is what arXiv's calendar says of the day, None for a source without a calendar;
    `is_answered`: the source itself answered for that day; `is_late`: the hour has passed by
    which a batch of that day should have been there.

    | received | expected       | expectation  | answered | late | state                          |
    | -------- | -------------- | ------------ | -------- | ---- | ------------------------------ |
    | > 0      | <= received    | any          | any      | any  | complete                       |
    | > 0      | > received     | any          | any      | any  | partial                        |
    | > 0      | none           | any          | any      | any  | unknown: total not stated      |
    | 0        | > 0            | any          | any      | yes  | late                           |
    | 0        | > 0            | any          | any      | no   | partial: none of them so far   |
    | 0        | 0 or none      | weekend      | any      | any  | none today                     |
    | 0        | 0 or none      | holiday      | any      | any  | holiday                        |
    | 0        | 0              | any other    | any      | any  | none today: stated             |
    | 0        | none           | batch        | any      | yes  | late                           |
    | 0        | none           | batch        | any      | no   | unknown: it may still come     |
    | 0        | none           | unknown year | any      | any  | unknown: calendar unknown      |
    | 0        | none           | no calendar  | yes      | any  | none today: the source says so |
    | 0        | none           | no calendar  | no       | any  | unknown: never read            |
    """
    if received:
        if expected is None:
            return State.UNKNOWN
        return State.COMPLETE if received >= expected else State.PARTIAL
    if expected:
        return State.LATE if is_late else State.PARTIAL
    if expectation is Expectation.WEEKEND:
        return State.NONE_TODAY
    if expectation is Expectation.HOLIDAY:
        return State.HOLIDAY
    if expected == 0 or (expectation is None and is_answered):
        return State.NONE_TODAY
    return State.LATE if expectation is Expectation.BATCH and is_late else State.UNKNOWN
