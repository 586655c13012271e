"""Redis answers and takes nothing: it is full, or became a replica."""

import logging
from unittest.mock import Mock

import pytest
import redis
from django.core.cache import caches
from django.test import Client
from pytest_django import Settings

from papers.limits import Limit, take

pytestmark = [pytest.mark.django_db, pytest.mark.promise(13)]


@pytest.fixture(
    params=[
        redis.exceptions.OutOfMemoryError("OOM command not allowed"),
        redis.exceptions.ReadOnlyError("You can't write against a read only replica."),
    ],
    ids=["full", "replica"],
    autouse=True,
)
def refusal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse = Mock(side_effect=request.param)
    for command in ("set", "eval", "mset"):
        monkeypatch.setattr(redis.Redis, command, refuse)
    monkeypatch.setattr(caches["default"], "_closed_until", 0.0)


def test_pages_answer_and_it_is_said_in_the_log(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.KEPT_SECONDS = 60
    with caplog.at_level(logging.ERROR, logger="config.cache"):
        for _time in range(3):
            assert Client().get("/").status_code == 200
    assert caplog.text.count("Redis answers and refuses") == 1


def test_limits_count_in_postgres() -> None:
    once = Limit("once", amount=1, window_seconds=3600)
    assert [take(once, "a"), take(once, "a")] == [True, False]
