from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.bounces import suppression
from accounts.bounces.addresses import hash_address
from accounts.bounces.suppression import Why
from accounts.digest.schedule import next_due
from accounts.models import Suppression, User
from tests.factories import make_user

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def stopped_reader(why: Why = Why.BOUNCES) -> User:
    user = make_user(digest_enabled=True)
    suppression.stop(user, why, "Stopped.", said="550", now=NOW)
    user.refresh_from_db()
    return user


def test_the_list_is_asked_once_for_many(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = stopped_reader()
    with django_assert_num_queries(1):
        found = suppression.suppressed_among([user.email, "b@example.org", "c@example.org"])
    assert list(found) == [user.email]


def test_nothing_is_due_while_stopped() -> None:
    user = stopped_reader()
    assert user.next_due_at is None
    assert next_due(user, NOW) is None


@pytest.mark.parametrize("why", [Why.BOUNCES, Why.COMPLAINT])
def test_a_reader_lifts_a_stop(why: Why) -> None:
    user = stopped_reader(why)
    assert suppression.lift(user, NOW)
    user.refresh_from_db()
    assert (user.mail_stopped_at, user.mail_stopped_why) == (None, "")
    assert user.next_due_at == datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    assert not Suppression.objects.exists()


def test_no_reader_lifts_what_an_operator_stopped() -> None:
    user = stopped_reader(Why.OPERATOR)
    assert not suppression.lift(user, NOW)
    user.refresh_from_db()
    assert user.mail_stopped_at is not None
    assert Suppression.objects.exists()


def test_an_operators_entry_stays_when_the_address_bounces_too() -> None:
    user = make_user()
    entry = Suppression.objects.create(address_hash=hash_address(user.email), why=Why.OPERATOR)
    suppression.stop(user, Why.BOUNCES, "Stopped.", now=NOW)
    entry.refresh_from_db()
    assert entry.why == Why.OPERATOR


def test_a_link_to_the_mailbox_lifts_a_stop() -> None:
    user = stopped_reader()
    assert suppression.lift_by_link(user, user.email.upper(), NOW)
    assert user.mail_stopped_at is None
    assert user.next_due_at is not None


def test_a_link_to_another_mailbox_lifts_nothing() -> None:
    user = stopped_reader()
    assert not suppression.lift_by_link(user, "other@example.org", NOW)
    assert Suppression.objects.exists()


def test_an_operator_who_removes_an_entry_ends_the_stop() -> None:
    user, other = stopped_reader(Why.OPERATOR), stopped_reader(Why.OPERATOR)
    assert suppression.release(hash_address(user.email), NOW) == 1
    user.refresh_from_db()
    other.refresh_from_db()
    assert user.mail_stopped_at is None
    assert other.mail_stopped_at is not None


@pytest.mark.parametrize("why", list(Why))
def test_every_reason_has_words(why: Why) -> None:
    assert suppression.words_of(why).endswith(".")
