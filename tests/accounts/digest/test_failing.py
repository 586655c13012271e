from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries

from accounts.digest import ledger, smtp
from accounts.digest.failing import SEVERAL, failing
from accounts.models import Delivery
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.promise(46)]
State = Delivery.State
AWAY = smtp.UNREACHABLE % "[Errno 111] Connection refused"
GREYLISTED = smtp.SAID % "450 <reader@example.org> greylisted"
DENIED = smtp.SAID % "554 5.7.1 relay access denied"


def make(state: State, reason: str = "", *, minutes_ago: float = 0, **fields: Any) -> Delivery:
    """An issue that ended so, or is due again five minutes after a try that long ago."""
    tried_at = ledger.database_now() - timedelta(minutes=minutes_ago)
    given = {"finished_at": tried_at} if state != State.DUE else {}
    due_at = tried_at + timedelta(minutes=5) if state == State.DUE else tried_at
    values = {"attempts": 1, "reason": reason, "state": state, **given, **fields}
    row = ledger.new_delivery(make_user(), tried_at.date(), due_at, **values)
    row.save()
    return row


def test_nothing_fails_where_nothing_was_tried(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make(State.DUE, attempts=0)
    make(State.SKIPPED, "There are no papers.")
    with django_assert_num_queries(1):
        assert failing() is None


def test_one_try_without_a_server_is_enough() -> None:
    make(State.SENT, minutes_ago=30)
    make(State.DUE, AWAY, minutes_ago=1)
    found = failing()
    assert found is not None
    assert (found.issues, found.why) == (1, "The mail server cannot be reached.")
    assert found.detail == "([Errno 111] Connection refused)."


def test_it_is_over_when_a_later_try_worked() -> None:
    make(State.DUE, AWAY, minutes_ago=2)
    make(State.SENT, minutes_ago=1)
    assert failing() is None


def test_the_latest_try_says_why() -> None:
    make(State.DUE, AWAY, minutes_ago=3)
    make(State.FAILED, DENIED, minutes_ago=1)
    found = failing()
    assert found is not None
    assert (found.issues, found.why) == (2, "The mail server refuses with 554.")
    assert found.detail == ""


@pytest.mark.parametrize("reason", [GREYLISTED, "The issue could not be prepared."])
def test_what_befalls_one_reader_is_not_the_servers_fault(reason: str) -> None:
    make(State.SENT, minutes_ago=600)
    for _number in range(SEVERAL - 1):
        make(State.DUE, reason, minutes_ago=1)
    assert failing() is None
    make(State.DUE, reason, minutes_ago=1)
    assert failing() is not None


@pytest.mark.parametrize("reason", [GREYLISTED, DENIED])
def test_the_only_reader_is_enough_where_nothing_went_out_today(reason: str) -> None:
    make(State.SENT, minutes_ago=24 * 60)
    make(State.FAILED, reason, minutes_ago=1)
    assert failing() is not None


def test_all_that_is_refused_for_good_counts() -> None:
    make(State.SENT, minutes_ago=60)
    for _number in range(SEVERAL):
        make(State.FAILED, DENIED, minutes_ago=2)
    found = failing()
    assert found is not None
    assert found.issues == SEVERAL


def test_all_that_is_taken_without_an_answer_counts() -> None:
    for _number in range(SEVERAL):
        make(State.UNKNOWN, smtp.SILENT, minutes_ago=2)
    found = failing()
    assert found is not None
    assert found.why == "The mail server took the message and did not answer."


def test_what_nobody_tried_again_in_time_is_no_sign() -> None:
    """The site was off for the night: the try of the evening says nothing of the morning."""
    make(State.DUE, AWAY, minutes_ago=9 * 60)
    make(State.FAILED, AWAY, minutes_ago=9 * 60)
    assert failing() is None


def test_a_long_pause_between_two_tries_is_not_taken_for_an_end() -> None:
    row = make(State.DUE, AWAY, attempts=4)
    in_three_hours = Now() + timedelta(minutes=179)
    Delivery.objects.filter(pk=row.pk).update(due_at=in_three_hours)
    assert failing() is not None


def test_a_worker_that_died_is_not_the_mail_server() -> None:
    make(State.DUE, "", minutes_ago=1)
    assert failing() is None
