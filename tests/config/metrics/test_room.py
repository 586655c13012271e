"""Counters on a disk that is full: no process ends, no request fails."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from prometheus_client import values
from pytest_django import Settings

from config.metrics.requests import REQUESTS, MetricsMiddleware
from config.metrics.room import RoomyDict

pytestmark = pytest.mark.promise(18)


@contextmanager
def longest_file(size: int) -> Iterator[None]:
    least, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, most))


def is_without_holes(path: Path) -> bool:
    found = path.stat()
    return found.st_blocks * 512 >= found.st_size > 0


def counters_in(path: Path) -> Any:
    return RoomyDict(str(path))


def count_many(counters: Any) -> None:
    for number in range(2_000):
        counters.write_value(f"a key of a counter {number}", 1.0, 0.0)


def test_counters_lie_in_files_whose_room_is_taken(tmp_path: Path) -> None:
    assert vars(values)["MmapedDict"] is RoomyDict
    path = tmp_path / "counter_1.db"
    counters = counters_in(path)
    assert is_without_holes(path)
    first = path.stat().st_size
    count_many(counters)
    assert path.stat().st_size > first
    assert is_without_holes(path)
    assert counters.read_value("a key of a counter 1999")[0] == 1.0
    counters.close()


def test_file_without_room_is_an_error_and_is_made_once_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "counter_1.db"
    with longest_file(1_000), pytest.raises(OSError, match="large"):
        RoomyDict(str(path))
    assert path.stat().st_size == 0
    counters = counters_in(path)
    counters.write_value("a", 1.0, 0.0)
    assert counters.read_value("a")[0] == 1.0
    counters.close()


def test_new_key_without_room_is_an_error_and_what_was_counted_stays(tmp_path: Path) -> None:
    counters = counters_in(tmp_path / "counter_1.db")
    counters.write_value("a", 1.0, 0.0)
    size = (tmp_path / "counter_1.db").stat().st_size
    with longest_file(size), pytest.raises(OSError, match="large"):
        count_many(counters)
    counters.write_value("a", 2.0, 0.0)
    assert counters.read_value("a")[0] == 2.0
    counters.close()


def test_request_that_cannot_be_counted_is_answered(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.METRICS_TOKEN = "t" * 16

    def refuse(*_labels: str) -> None:
        raise OSError("No space left on device")

    def answer(_request: HttpRequest) -> HttpResponse:
        return HttpResponse("an answer")

    monkeypatch.setattr(REQUESTS, "labels", refuse)
    assert MetricsMiddleware(answer)(RequestFactory().get("/")).content == b"an answer"
