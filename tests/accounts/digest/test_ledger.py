import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from accounts.digest import ledger
from accounts.digest.ledger import Lease, LeaseLostError
from accounts.models import Delivery, User
from tests.factories import make_user

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=3)
State = Delivery.State
pytestmark = pytest.mark.django_db


def make_delivery(*, zone: str = "UTC", due_at: datetime = NOW, **fields: Any) -> Delivery:
    user = make_user(timezone=zone, digest_enabled=True)
    day = due_at.astimezone(ZoneInfo(zone)).date()
    delivery = ledger.new_delivery(user, day, due_at, **fields)
    delivery.save()
    return delivery


def claim(delivery: Delivery, at: datetime = NOW) -> Lease:
    lease = ledger.claim(delivery.pk, at)
    assert lease is not None
    return lease


def sending(delivery: Delivery) -> Lease:
    lease = claim(delivery)
    ledger.mark_sending(lease, items=[{"paper": 7}], content_hash="h", at=NOW)
    return lease


def state(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def test_claim_takes_a_due_issue_and_counts_the_attempt() -> None:
    delivery = make_delivery()
    claim(delivery)
    assert state(delivery) == State.CLAIMED
    assert delivery.attempts == 1
    assert delivery.claimed_until == NOW + ledger.LEASE


@pytest.mark.promise(1)
def test_second_claim_gets_nothing() -> None:
    delivery = make_delivery()
    claim(delivery)
    assert ledger.claim(delivery.pk, NOW) is None


def test_issue_is_not_claimed_before_its_time() -> None:
    delivery = make_delivery(due_at=LATER)
    assert ledger.claim(delivery.pk, NOW) is None


def test_claim_without_a_moment_uses_the_databases_clock() -> None:
    delivery = make_delivery(due_at=ledger.database_now())
    ledger.claim(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.claimed_until is not None
    assert delivery.claimed_until > ledger.database_now()


def test_sending_keeps_what_the_issue_says() -> None:
    delivery = make_delivery()
    sending(delivery)
    assert state(delivery) == State.SENDING
    assert (delivery.items, delivery.content_hash) == ([{"paper": 7}], "h")


def test_yes_of_the_server_ends_it_as_sent() -> None:
    delivery = make_delivery()
    assert ledger.mark_sent(sending(delivery), NOW)
    assert state(delivery) == State.SENT
    assert delivery.finished_at == NOW


@pytest.mark.promise(4)
def test_frozen_worker_may_not_send_after_another_took_over() -> None:
    delivery = make_delivery()
    frozen = claim(delivery)
    ledger.expire(LATER)
    claim(delivery, LATER)
    with pytest.raises(LeaseLostError):
        ledger.mark_sending(frozen, items=[], content_hash="", at=LATER)
    assert state(delivery) == State.CLAIMED


def test_deleted_reader_gets_nothing_from_a_running_digest() -> None:
    delivery = make_delivery()
    lease = claim(delivery)
    delivery.user.delete()
    with pytest.raises(LeaseLostError):
        ledger.mark_sending(lease, items=[], content_hash="", at=NOW)


def test_claimed_issue_of_a_dead_worker_is_due_again() -> None:
    delivery = make_delivery()
    claim(delivery)
    ledger.expire(LATER)
    assert state(delivery) == State.DUE


def test_lease_that_still_runs_is_left_alone() -> None:
    delivery = make_delivery()
    claim(delivery)
    assert ledger.expire(NOW + timedelta(minutes=1)) == 0
    assert state(delivery) == State.CLAIMED


@pytest.mark.promise(7)
def test_sending_issue_of_a_dead_worker_is_unknown_and_not_sent_again() -> None:
    delivery = make_delivery()
    sending(delivery)
    ledger.expire(LATER)
    assert state(delivery) == State.UNKNOWN
    assert delivery.reason
    assert ledger.due_ids(LATER) == []


def test_late_yes_corrects_an_unknown_issue() -> None:
    delivery = make_delivery()
    lease = sending(delivery)
    ledger.expire(LATER)
    assert ledger.mark_sent(lease, LATER)
    assert state(delivery) == State.SENT


def test_issue_that_kills_its_worker_is_given_up() -> None:
    delivery = make_delivery(attempts=ledger.MAX_ATTEMPTS - 1)
    claim(delivery)
    ledger.expire(LATER)
    assert state(delivery) == State.FAILED


@pytest.mark.promise(5)
@pytest.mark.parametrize(("attempt", "minutes"), [(1, 5), (2, 15), (3, 60), (4, 180)])
def test_attempts_move_apart(attempt: int, minutes: int) -> None:
    delivery = make_delivery(attempts=attempt - 1)
    ledger.retry(claim(delivery), "Try later.", NOW)
    assert state(delivery) == State.DUE
    assert delivery.due_at == NOW + timedelta(minutes=minutes)


def test_fifth_failure_is_the_last() -> None:
    delivery = make_delivery(attempts=4)
    ledger.retry(claim(delivery), "No connection.", NOW)
    assert state(delivery) == State.FAILED
    assert delivery.reason.startswith("No connection. We tried 5 times")


def test_attempts_end_with_the_readers_day() -> None:
    evening = datetime(2026, 3, 2, 22, 58, tzinfo=UTC)  # 23:58 in Berlin
    delivery = make_delivery(zone="Europe/Berlin", due_at=evening)
    ledger.retry(claim(delivery, evening), "Try later.", evening)
    assert state(delivery) == State.FAILED
    assert "day was over" in delivery.reason


def test_issue_of_yesterday_may_be_tried_all_of_today() -> None:
    delivery = make_delivery(due_at=NOW - timedelta(days=1))
    ledger.retry(claim(delivery), "Try later.", NOW)
    assert state(delivery) == State.DUE


def test_issue_refused_after_the_dot_may_be_tried_again() -> None:
    delivery = make_delivery()
    ledger.retry(sending(delivery), "Try later.", NOW)
    assert state(delivery) == State.DUE


def test_failed_issue_keeps_its_papers_for_the_web() -> None:
    delivery = make_delivery()
    ledger.mark_failed(claim(delivery), "Refused.", items=[{"paper": 7}], at=NOW)
    assert state(delivery) == State.FAILED
    assert delivery.items == [{"paper": 7}]


def test_asking_makes_todays_issue() -> None:
    user = make_user()
    delivery = ledger.ask_for(user, NOW.date(), NOW)
    assert (delivery.state, delivery.due_at) == (State.DUE, NOW)


def test_asking_twice_makes_one_issue() -> None:
    user = make_user()
    first = ledger.ask_for(user, NOW.date(), NOW)
    assert ledger.ask_for(user, NOW.date(), LATER).message_id == first.message_id
    assert Delivery.objects.count() == 1


def test_asking_ends_what_still_waits_of_an_earlier_date() -> None:
    earlier = make_delivery()
    asked = ledger.ask_for(earlier.user, date(2026, 3, 3), LATER)
    assert (state(earlier), asked.state) == (State.SKIPPED, State.DUE)
    assert "the issue that follows" in earlier.reason


def test_asking_for_an_earlier_date_after_a_move_west_is_heard() -> None:
    newest = make_delivery(state=State.SENT)
    assert ledger.ask_for(newest.user, date(2026, 3, 1), LATER).state == State.DUE


@pytest.mark.parametrize("kept", [State.SENT, State.UNKNOWN])
def test_asking_leaves_an_issue_that_went_out(kept: State) -> None:
    delivery = make_delivery(state=kept)
    assert ledger.ask_for(delivery.user, delivery.local_date, LATER).state == kept


@pytest.mark.parametrize("ended", [State.SKIPPED, State.FAILED])
def test_asking_tries_an_issue_that_did_not_go_out_again(ended: State) -> None:
    delivery = make_delivery(state=ended, reason="Nothing new.", attempts=5, items=[{"paper": 7}])
    asked = ledger.ask_for(delivery.user, delivery.local_date, LATER)
    assert (asked.state, asked.reason, asked.attempts) == (State.DUE, "", 0)
    assert asked.items == []


def test_message_id_is_on_our_domain(settings: Any) -> None:
    settings.SITE_URL = "https://papers.example.org"
    assert ledger.new_message_id().endswith("@papers.example.org>")


def test_only_a_waiting_issue_is_taken_back() -> None:
    delivery = make_delivery(state=State.SENT)
    assert ledger.cancel_waiting(delivery.user, NOW) == 0


@pytest.mark.promise(39)
def test_issue_in_hand_is_taken_back_and_its_worker_sends_nothing() -> None:
    delivery = make_delivery()
    lease = claim(delivery)
    assert ledger.cancel_waiting(delivery.user, NOW) == 1
    with pytest.raises(LeaseLostError):
        ledger.mark_sending(lease, items=[], content_hash="", at=NOW)
    assert not ledger.retry(lease, "Try later.", NOW)
    assert state(delivery) == State.SKIPPED


@pytest.mark.promise(39)
def test_issue_refused_after_the_reader_switched_off_is_not_tried_again() -> None:
    delivery = make_delivery()
    lease = sending(delivery)
    User.objects.update(digest_enabled=False)
    ledger.retry(lease, "Try later.", NOW)
    assert state(delivery) == State.FAILED
    assert delivery.reason == "Try later. The daily digest is off, so it is not tried again."


def test_one_issue_a_date_is_held_by_the_database() -> None:
    delivery = make_delivery()
    twin = ledger.new_delivery(delivery.user, date(2026, 3, 2), LATER)
    assert Delivery.objects.bulk_create([twin], ignore_conflicts=True)
    assert Delivery.objects.count() == 1


def two_days(**fields: Any) -> tuple[Delivery, Delivery]:
    """Yesterday's and today's issue of one reader, both due."""
    user = make_user(digest_enabled=True)
    rows = [
        ledger.new_delivery(user, NOW.date() - timedelta(days=back), NOW, **fields)
        for back in (1, 0)
    ]
    for row in rows:
        row.save()
    return rows[0], rows[1]


@pytest.mark.promise(1)
def test_issue_is_not_taken_where_a_later_one_stands() -> None:
    earlier, later = two_days()
    assert ledger.claim(earlier.pk, NOW) is None
    assert ledger.claim(later.pk, NOW) is not None


@pytest.mark.promise(1)
def test_issue_is_not_taken_while_another_of_its_reader_is_in_hand() -> None:
    earlier, later = two_days()
    Delivery.objects.filter(pk=earlier.pk).update(
        state=State.SENDING, lease_token=uuid.uuid4(), claimed_until=NOW
    )
    assert ledger.claim(later.pk, NOW) is None
    Delivery.objects.filter(pk=earlier.pk).update(state=State.SENT)
    assert ledger.claim(later.pk, NOW) is not None


@pytest.mark.promise(1)
def test_database_allows_one_issue_in_hand_a_reader() -> None:
    rows = two_days()
    with pytest.raises(IntegrityError, match="delivery_one_in_hand"), transaction.atomic():
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=State.CLAIMED, lease_token=uuid.uuid4(), claimed_until=NOW
        )


@pytest.mark.promise(1)
@pytest.mark.parametrize("state", [State.SENT, State.UNKNOWN])
def test_choice_made_before_another_issue_went_out_is_not_sent(state: str) -> None:
    earlier, later = two_days()
    Delivery.objects.filter(pk=earlier.pk).update(
        state=state, finished_at=NOW + timedelta(seconds=5)
    )
    assert ledger.claim(later.pk, NOW, chosen_at=NOW) is None
    assert ledger.claim(later.pk, NOW, chosen_at=NOW + timedelta(seconds=9)) is not None


@pytest.mark.promise(1)
def test_every_tick_ends_what_waits_beside_a_later_issue() -> None:
    two_days()
    assert ledger.overtake(NOW) == 1
    states = Delivery.objects.order_by("local_date").values_list("state", flat=True)
    assert list(states) == [State.SKIPPED, State.DUE]


@pytest.mark.promise(39)
def test_reader_who_leaves_while_the_answer_is_awaited_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _earlier, row = two_days()
    lease = ledger.claim(row.pk, NOW)
    assert lease is not None
    ledger.mark_sending(lease, items=[], content_hash="", at=NOW)
    put_back = ledger._put_back

    def leave_first(*args: Any, **options: Any) -> bool:
        User.objects.update(digest_enabled=False)
        return put_back(*args, **options)

    monkeypatch.setattr(ledger, "_put_back", leave_first)
    ledger.retry(lease, "No.", NOW)
    row.refresh_from_db()
    assert row.state == State.FAILED
    assert "digest is off" in row.reason
