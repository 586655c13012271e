"""Two workers who claim one issue at the same moment, on two connections."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from accounts.digest import ledger
from accounts.digest.ledger import Lease
from accounts.models import Delivery
from tests.accounts.digest.test_with_worker import wait_for
from tests.factories import make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise(1)]


def claim_elsewhere(delivery_id: int) -> Lease | None:
    try:
        return ledger.claim(delivery_id, NOW)
    finally:
        connection.close()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_claim_that_waited_for_another_gets_nothing() -> None:
    delivery = ledger.new_delivery(make_user(), NOW.date(), NOW)
    delivery.save()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = ledger.claim(delivery.pk, NOW)
            second = pool.submit(claim_elsewhere, delivery.pk)
            assert wait_for(somebody_waits)
        assert second.result() is None
    assert Delivery.objects.get().lease_token == (first and first.token)
