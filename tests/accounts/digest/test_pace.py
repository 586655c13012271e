import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.digest import ledger, pace
from accounts.models import MailPace

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
A, B = "a.example", "b.example"
pytestmark = pytest.mark.django_db


def limit(settings: Settings, *, all_mails: int = 0, a_domain: int = 0) -> None:
    settings.DIGEST_MAILS_PER_MINUTE = all_mails
    settings.DIGEST_MAILS_PER_MINUTE_A_DOMAIN = a_domain
    # Buckets that are written at NOW, so that the test's own clock refills them.
    for domain, tokens in [("", all_mails), (A, a_domain), (B, a_domain)]:
        MailPace.objects.update_or_create(
            domain=domain, defaults={"tokens": tokens, "refilled_at": NOW}
        )


def test_without_a_limit_nothing_is_asked(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert pace.take([A, A, B], NOW) == {A: 2, B: 1}


def test_all_mails_share_one_bucket(settings: Settings) -> None:
    limit(settings, all_mails=3)
    assert pace.take([A, A, B, B], NOW) == {A: 2, B: 1}
    assert pace.take([A], NOW) == {}


def test_each_domain_has_its_own(settings: Settings) -> None:
    limit(settings, a_domain=2)
    assert pace.take([A, A, A, B], NOW) == {A: 2, B: 1}
    assert pace.take([A, B, B], NOW) == {B: 1}


def test_both_limits_hold(settings: Settings) -> None:
    limit(settings, all_mails=3, a_domain=2)
    assert pace.take([A, A, A, B, B], NOW) == {A: 2, B: 1}


def test_a_domain_without_a_token_uses_none_of_all(settings: Settings) -> None:
    limit(settings, all_mails=10, a_domain=1)
    assert pace.take([A] * 9 + [B], NOW) == {A: 1, B: 1}
    assert MailPace.objects.get(domain="").tokens == 8


@pytest.mark.parametrize(("seconds", "more"), [(0, 0), (14, 0), (15, 1), (45, 3), (60, 4)])
def test_buckets_fill_with_time(settings: Settings, seconds: int, more: int) -> None:
    limit(settings, all_mails=4)
    pace.take([A] * 4, NOW)
    assert pace.take([A] * 9, NOW + timedelta(seconds=seconds))[A] == more


def test_parts_of_a_token_are_kept(settings: Settings) -> None:
    limit(settings, all_mails=4)
    pace.take([A] * 4, NOW)
    taken = [pace.take([A], NOW + timedelta(seconds=seconds))[A] for seconds in range(5, 61, 5)]
    assert sum(taken) == 4


def test_a_bucket_holds_a_minutes_worth(settings: Settings) -> None:
    limit(settings, all_mails=4)
    assert pace.take([A] * 9, NOW + timedelta(days=1))[A] == 4


def test_a_clock_that_goes_back_gives_and_takes_nothing(settings: Settings) -> None:
    limit(settings, all_mails=4)
    assert pace.take([A], NOW - timedelta(hours=1))[A] == 1
    assert MailPace.objects.get(domain="").tokens == 3


def test_a_smaller_limit_holds_at_once(settings: Settings) -> None:
    limit(settings, all_mails=50)
    settings.DIGEST_MAILS_PER_MINUTE = 2
    assert pace.take([A] * 9, NOW)[A] == 2


def test_a_new_domain_starts_full_by_the_databases_clock(settings: Settings) -> None:
    settings.DIGEST_MAILS_PER_MINUTE_A_DOMAIN = 2
    assert pace.take([A] * 3)[A] == 2
    row = MailPace.objects.get(domain=A)
    assert abs(row.refilled_at - ledger.database_now()) < timedelta(minutes=1)


def test_a_larger_chunk_costs_no_more_statements(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    limit(settings, all_mails=1000, a_domain=1000)
    for size in (1, 100):
        # four, and the savepoint that stands for the transaction here
        with django_assert_num_queries(6):
            pace.take([f"{number}.example" for number in range(size)])


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_do_not_exceed_the_limit(settings: Settings) -> None:
    limit(settings, all_mails=30, a_domain=20)
    taken: Counter[str] = Counter()
    start = threading.Barrier(6)

    def work(domains: list[str]) -> None:
        try:
            start.wait()
            for _ in range(5):
                granted = pace.take(domains, NOW)
                taken.update(granted)
        finally:
            connection.close()

    # In both orders: rows that were locked as they come would make a deadlock.
    threads = [
        threading.Thread(target=work, args=[[A, B] if number % 2 else [B, A]])
        for number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.total() == 30
    assert max(taken.values()) <= 20


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_waited_counts_what_the_other_took(settings: Settings) -> None:
    limit(settings, all_mails=3)
    found: list[Counter[str]] = []

    def work() -> None:
        try:
            found.append(pace.take([A] * 3, NOW))
        finally:
            connection.close()

    waiting = threading.Thread(target=work)
    with transaction.atomic():
        pace.take([A, A], NOW)
        waiting.start()
        waiting.join(0.3)
        assert found == []
    waiting.join()
    assert found == [{A: 1}]
