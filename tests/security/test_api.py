"""Promises 29 and 30 for the API: a browser's cookies open nothing, and reading changes nothing."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from config.api import api
from tests.api_client import make_program
from tests.security.routes import World, make_world, rows

pytestmark = pytest.mark.django_db
OPERATIONS = [
    (method.upper(), path, operation)
    for path, operations in api.get_openapi_schema()["paths"].items()
    for method, operation in operations.items()
]
# Counted against the limit an hour, and when a token was last used.
KEPT_OF_ASKING = frozenset({"django_session", "papers_limits", "accounts_apitoken"})


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> World:
    settings.SEARCH_INDEX = tmp_path / "index"
    return make_world()


def address(world: World, path: str) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name in ("number", "paper"):
            return str(world.values["paper_id"])
        return str(world.values.get(name, world.values["pk"]))

    return re.sub(r"\{(\w+)\}", value, path)


@pytest.mark.promise(29)
def test_a_browsers_login_writes_nothing_here(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.owner)
    before = rows()
    answers: dict[str, int] = {}
    for method, path, _operation in OPERATIONS:
        if method not in ("GET", "HEAD"):
            response = client.generic(method, address(world, path), "{}", "application/json")
            answers[f"{method} {path}"] = response.status_code
    assert len(answers) > 20
    assert set(answers.values()) == {401}
    assert rows() == before


@pytest.mark.promise(30)
def test_reading_changes_nothing(world: World) -> None:
    program = make_program(user=world.owner)
    before = rows(without=KEPT_OF_ASKING)
    opened: dict[str, Any] = {}
    for _time in range(2):
        for method, path, operation in OPERATIONS:
            if method == "GET":
                response = program.get(address(world, path))
                opened[path] = response.status_code
                assert response.status_code in (200, 404, 422, 503), (path, operation["summary"])
                json.loads(response.content)
    assert sum(status == 200 for status in opened.values()) > 10
    assert rows(without=KEPT_OF_ASKING) == before
