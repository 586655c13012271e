from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.bounces import refusals, suppression
from accounts.bounces.refusals import note_complaint, note_refusal
from accounts.digest import ledger
from accounts.digest.schedule import reschedule
from accounts.models import Bounce, Delivery, MailPace, Suppression, User
from tests.factories import make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
State = Delivery.State
pytestmark = pytest.mark.django_db


def reader() -> User:
    user = make_user(digest_enabled=True)
    reschedule(user, NOW)
    return user


def refuse(user: User, *days: int) -> None:
    for day in days:
        note_refusal(user, f"<{day}@example.org>", "550 no such person", NOW + day * DAY)


def issue(user: User, day: int, state: State) -> Delivery:
    at = NOW + day * DAY
    delivery = ledger.new_delivery(user, at.date(), at, state=state)
    delivery.finished_at = None if state == State.DUE else at
    delivery.save()
    return delivery


def stopped(user: User) -> bool:
    user.refresh_from_db()
    return user.mail_stopped_at is not None


@pytest.mark.promise(6)
def test_the_third_refusal_stops_the_digest() -> None:
    user = reader()
    refuse(user, 0, 1)
    assert not stopped(user)
    refuse(user, 2)
    assert stopped(user)
    assert user.next_due_at is None
    assert user.mail_stopped_why == (
        f"Mail to {user.email} was refused three times "
        "(the server said: 550 no such person). The digest is stopped."
    )
    assert suppression.suppressed_among([user.email])[user.email].why == "bounces"


@pytest.mark.promise(6)
def test_what_waits_is_skipped_with_the_reason() -> None:
    user = reader()
    waits = issue(user, 3, State.DUE)
    refuse(user, 0, 1, 2)
    waits.refresh_from_db()
    assert (waits.state, waits.reason) == (State.SKIPPED, User.objects.get().mail_stopped_why)


def test_a_message_counts_once() -> None:
    user = reader()
    for _ in range(4):
        refuse(user, 0)
    assert not stopped(user)
    assert Bounce.objects.count() == 1


def test_refusals_of_another_fortnight_do_not_count() -> None:
    user = reader()
    refuse(user, 0, 1, 15)
    assert not stopped(user)
    refuse(user, 14)
    assert stopped(user)


def test_an_issue_that_arrives_ends_the_count() -> None:
    user = reader()
    refuse(user, 0, 1)
    issue(user, 2, State.SENT)
    refuse(user, 3, 4)
    assert not stopped(user)
    refuse(user, 5)
    assert stopped(user)


def test_an_issue_that_came_back_was_no_success() -> None:
    user = reader()
    for day in range(3):
        sent = issue(user, day, State.SENT)
        note_refusal(user, sent.message_id, "5.1.1", NOW + day * DAY + timedelta(minutes=1))
    assert stopped(user)


def test_bounces_read_late_and_together_stop_it_too() -> None:
    user = reader()
    sent = [issue(user, day, State.SENT) for day in range(3)]
    for delivery in sent:
        note_refusal(user, delivery.message_id, "5.1.1", NOW + 3 * DAY)
    assert stopped(user)


@pytest.mark.parametrize("state", [State.UNKNOWN, State.SKIPPED, State.FAILED])
def test_an_issue_that_nobody_took_ends_no_count(state: State) -> None:
    user = reader()
    refuse(user, 0, 1)
    issue(user, 2, state)
    refuse(user, 3)
    assert stopped(user)


def test_a_refusal_of_an_address_left_behind_does_not_count() -> None:
    user = reader()
    User.objects.filter(pk=user.pk).update(email="new@example.org")
    refuse(user, 0)
    assert not Bounce.objects.exists()


def test_a_new_address_starts_anew() -> None:
    user = reader()
    refuse(user, 0, 1)
    user.email = "new@example.org"
    user.save()
    refuse(user, 2)
    assert not stopped(user)


def test_a_reader_who_is_gone_is_passed_over() -> None:
    user = reader()
    User.objects.filter(pk=user.pk).delete()
    assert not note_refusal(user, "<1@example.org>", "550")


def test_refusals_of_one_do_not_count_for_another() -> None:
    one, other = reader(), reader()
    refuse(one, 0, 1)
    note_refusal(other, "<2@example.org>", "550", NOW)
    assert not stopped(one)
    assert not stopped(other)


def test_one_complaint_stops_the_digest() -> None:
    user = reader()
    assert note_complaint(user, "<1@example.org>", "abuse", NOW)
    assert stopped(user)
    assert "reported as unwanted mail" in user.mail_stopped_why
    assert suppression.suppressed_among([user.email])[user.email].why == "complaint"
    assert not note_complaint(user, "<1@example.org>", "abuse", NOW)


@pytest.mark.parametrize("note", [note_refusal, note_complaint])
def test_the_same_told_after_a_lift_does_not_stop_again(note: Callable[..., bool]) -> None:
    user = reader()
    for number in range(3):
        note(user, f"<{number}@example.org>", "550", NOW)
    assert stopped(user)
    suppression.lift(user, NOW)
    for number in range(3):
        note(user, f"<{number}@example.org>", "550", NOW)
    assert not stopped(user)


def test_after_a_lift_three_more_are_needed() -> None:
    user = reader()
    refuse(user, 0, 1, 2)
    suppression.lift(user, NOW + 2 * DAY)
    refuse(user, 3, 4)
    assert not stopped(user)
    refuse(user, 5)
    assert stopped(user)


def test_old_rows_are_forgotten_and_the_list_stays() -> None:
    user = reader()
    refuse(user, 0, 1, 2)
    MailPace.objects.create(domain="example.org", tokens=0, refilled_at=NOW)
    assert refusals.forget_old(NOW + timedelta(hours=23)) == 0
    assert refusals.forget_old(NOW + 91 * DAY) == 2
    assert Bounce.objects.count() == 2
    assert Suppression.objects.count() == 1
