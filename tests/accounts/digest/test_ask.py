from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from time import sleep
from typing import Any

import pytest
from django.db import connection

from accounts import tasks
from accounts.digest import ask, tick
from accounts.models import Delivery, User
from tests.factories import make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)


def in_a_thread(work: Callable[[], object]) -> None:
    try:
        work()
    finally:
        connection.close()


@pytest.mark.promise(12)
@pytest.mark.django_db(transaction=True)
def test_asking_while_the_tick_enters_the_reader_makes_one_issue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks.send_deliveries, "delay", lambda _ids: None)
    user = make_user(digest_enabled=True, next_due_at=NOW)
    has_the_reader, rows_for = Event(), tick._rows_for

    def take_a_while(*args: Any) -> list[Delivery]:
        has_the_reader.set()
        sleep(0.3)
        return rows_for(*args)

    def ask_meanwhile() -> None:
        has_the_reader.wait()
        ask.send_now(user, NOW)

    monkeypatch.setattr(tick, "_rows_for", take_a_while)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(in_a_thread, [lambda: tick.enter_due(NOW), ask_meanwhile]))
    assert Delivery.objects.get().state == Delivery.State.DUE


@pytest.mark.django_db
def test_asking_plans_the_next_issue_by_the_settings_of_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks.send_deliveries, "delay", lambda _ids: None)
    user = make_user(digest_enabled=True)
    User.objects.update(digest_hour=20)
    ask.send_now(user, NOW)
    user.refresh_from_db()
    assert user.next_due_at == datetime(2026, 3, 4, 20, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_asking_with_the_digest_off_plans_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.send_deliveries, "delay", lambda _ids: None)
    user = make_user()
    assert ask.send_now(user, NOW + timedelta(hours=1)).state == Delivery.State.DUE
    user.refresh_from_db()
    assert user.next_due_at is None
