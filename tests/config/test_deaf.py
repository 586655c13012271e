import os
import time
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app

from accounts.matching import lease
from config.supervisor.deaf import find_deaf
from papers import trending, working
from papers.queues import CPU_TASK_SECONDS, ROUND_SECONDS, SILENT_AFTER
from papers.trending import rolling
from readinglists.imports import turns
from readinglists.models import ListImport
from tests.factories import make_paper

WORKERS = ("worker-io", "worker-cpu")
OLD = dict.fromkeys((*WORKERS, "beat"), 9000.0)


def deaf(
    *,
    silent: dict[str, float] | None = None,
    waiting: dict[str, int] | None = None,
    ages: dict[str, float] = OLD,
    keeps_beat: bool = True,
) -> list[str]:
    return list(
        find_deaf(
            WORKERS,
            keeps_beat=keeps_beat,
            ages=ages,
            silent=dict.fromkeys(WORKERS, 5.0) | (silent or {}),
            waiting=dict.fromkeys(WORKERS, 0) | (waiting or {}),
        )
    )


@pytest.mark.promise(14)
def test_a_worker_that_leaves_tasks_waiting_is_deaf() -> None:
    assert deaf(silent={"worker-io": 181}, waiting={"worker-io": 3}) == ["worker-io"]


def test_a_worker_that_works_is_not() -> None:
    assert deaf(waiting={"worker-io": 500}) == []


def test_a_worker_that_is_busy_with_a_long_task_is_not() -> None:
    assert deaf(silent={"worker-cpu": 300}, waiting={"worker-cpu": 9}) == []


def test_a_worker_that_has_just_started_is_not() -> None:
    young = OLD | {"worker-io": 20.0}
    assert deaf(silent={"worker-io": float("inf")}, waiting={"worker-io": 9}, ages=young) == []


def test_where_nothing_waits_beat_sends_nothing() -> None:
    assert deaf(silent={"worker-io": 181}) == ["beat"]
    assert deaf(silent={"worker-io": 181}, keeps_beat=False) == []


def test_a_task_of_a_queue_is_noted_on_its_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "_written_at", 0.0)
    file = working.file_of("cpu")
    file.touch()
    os.utime(file, (0, 0))
    task = SimpleNamespace(request=SimpleNamespace(delivery_info={"routing_key": "cpu"}))
    working.note_begin(task=task)
    assert time.time() - file.stat().st_mtime < 60


def test_a_task_that_is_called_as_a_function_is_not() -> None:
    working.note_end(task=SimpleNamespace(request=SimpleNamespace(delivery_info=None)))


# --- Long tasks -----------------------------------------------------------------------------------


def ours(queue: str) -> list[Any]:
    current_app.loader.import_default_modules()
    routed = current_app.amqp.router.route
    return [
        task
        for name, task in sorted(current_app.tasks.items())
        if not name.startswith("celery.") and routed({}, name)["queue"].name == queue
    ]


def test_every_task_of_processes_ends_before_its_worker_is_taken_for_deaf() -> None:
    limits = {task.name: task.time_limit for task in ours("cpu")}
    assert len(limits) >= 5
    most = SILENT_AFTER["cpu"].total_seconds()
    assert [name for name, limit in limits.items() if not limit or limit >= most] == []


def test_no_task_of_threads_pretends_to_a_limit() -> None:
    """Celery ends no thread: such a limit would be kept by nobody."""
    assert len(ours("io")) >= 10
    assert [task.name for task in ours("io") if task.time_limit or task.soft_time_limit] == []


def test_a_round_leaves_its_last_step_time_before_it_is_ended() -> None:
    assert 2 * ROUND_SECONDS < CPU_TASK_SECONDS


@pytest.fixture
def alive(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The tasks that were said to be alive."""
    said: list[Any] = []
    monkeypatch.setattr(working, "_note", said.append)
    return said


def test_computing_all_anew_says_that_it_lives(
    db: None, alive: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolling, "CHUNK", 1)
    for _number in range(2):
        make_paper()
    trending.recompute(today=date(2026, 3, 2))
    assert len(alive) == 2


def test_storing_days_says_that_it_lives(db: None, alive: list[Any]) -> None:
    assert rolling.store_days(last=date(2026, 3, 2), now=datetime(2026, 3, 3, tzinfo=UTC)) == 1
    assert len(alive) == 1


def test_matching_and_imports_say_that_they_live_as_their_turn_is_renewed(
    db: None, alive: list[Any]
) -> None:
    with lease.turn() as turn:
        assert turn is not None
        turn.renew()
    turns.go_on(ListImport(pk=1))
    assert len(alive) == 2


def test_a_long_task_in_a_worker_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "_written_at", 0.0)
    file = working.file_of("cpu")
    file.touch()
    os.utime(file, (0, 0))
    request = SimpleNamespace(delivery_info={"routing_key": "cpu"})
    monkeypatch.setattr(working, "current_task", SimpleNamespace(request=request))
    working.note_alive()
    assert time.time() - file.stat().st_mtime < 60
