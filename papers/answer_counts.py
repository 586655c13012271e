"""How often each host answered and how: one row a host, UTC day and outcome.

It counts requests, not papers, and decides nothing by the counts. The day is the database's.
Read more: papers/feeds/fetch.py, which counts every answer on the way, redirects too.
"""

from datetime import date, timedelta

from django.db import connection

from papers.models import AnswerCount

DAYS_KEPT = 90

_COUNT = """
    INSERT INTO papers_answercount AS counted (host, day, outcome, answers, received_bytes)
    VALUES (%s, (now() AT TIME ZONE 'UTC')::date, %s, 1, %s)
    ON CONFLICT (host, day, outcome) DO UPDATE SET
        answers = counted.answers + 1,
        received_bytes = counted.received_bytes + excluded.received_bytes
"""


def count_answer(host: str, outcome: str, received_bytes: int) -> None:
    """Count one answer of `host` (name:port) today.

    `outcome` is the HTTP status in digits or, when there was no usable answer: `refused` (a
    private address, not dialled), `unreachable`, `too_slow`, `too_large`, `broken` (cut off, or
    compression that cannot be undone). `received_bytes` are those of the body as they came,
    still compressed, without headers.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [host, outcome, received_bytes])


def forget_old_counts(*, today: date) -> int:
    """Delete the counts of days more than DAYS_KEPT before `today`; returns how many rows went."""
    deleted, _by_model = AnswerCount.objects.filter(
        day__lt=today - timedelta(days=DAYS_KEPT)
    ).delete()
    return deleted
