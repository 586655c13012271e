"""An account is deleted while its reader's own work never ends, or holds its rows for long."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts import leaving
from accounts.models import User
from papers.readers import hold_reader
from tests.accounts.test_leaving import PAGE, enter
from tests.accounts.test_leaving_races import (
    PATIENCE_SECONDS,
    Beside,
    wait_until_somebody_waits,
)
from tests.factories import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise(41)]


@contextmanager
def held(user: User) -> Iterator[None]:
    """Somebody writes something of the reader's all the while."""
    reached, go_on = threading.Event(), threading.Event()

    @transaction.atomic
    def hold() -> None:
        hold_reader(user.pk)
        reached.set()
        go_on.wait(PATIENCE_SECONDS)

    holder = Beside(hold).start()
    assert reached.wait(PATIENCE_SECONDS)
    try:
        yield
    finally:
        go_on.set()
        assert holder.join() == []


def test_what_begins_while_the_account_waits_comes_after_it() -> None:
    """Else two who write by turns would keep the account for ever."""
    user = make_user()
    with held(user):
        leaver = Beside(partial(leaving.delete_account, user)).start()
        wait_until_somebody_waits()
        late = Beside(transaction.atomic(partial(hold_reader, user.pk))).start()
        late.thread.join(0.5)
    assert leaver.join() == []
    assert [type(error) for error in late.join()] == [User.DoesNotExist]


def test_work_that_does_not_end_is_said_and_nothing_is_deleted(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    enter(client, user)
    monkeypatch.setattr(leaving, "LONGEST_WAIT", "50ms")
    monkeypatch.setattr(leaving, "PAUSE_SECONDS", 0)
    with held(user):
        response = client.post(PAGE, {"sure": "on"})
    assert response.status_code == 422
    assert "nothing was deleted" in response.content.decode()
    assert User.objects.filter(pk=user.pk).exists()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
