import os
import time
from types import SimpleNamespace

import pytest

from config import working
from config.supervisor.deaf import find_deaf

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
