"""Promises 29, 30 and 31 over every route of the site, whoever wrote it."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from tests.security.routes import World, all_routes, client_of_owner, rows

pytestmark = pytest.mark.django_db
ROUTES = all_routes()
# Each is tested apart, where it lives: what it asks for in place of the token.
EXEMPT_FROM_CSRF = {
    "accounts:choose_language",  # the browser must prove the same origin
    "accounts:subscribe",  # the browser must prove the same origin
    "accounts:unsubscribe",  # the token of a mail (RFC 8058)
    "accounts:manage",  # the token of a mail, for 30 days
    "accounts:manage_subscription",
    "accounts:manage_unfollow",
}
ELSEWHERE = (
    *("//evil.example", "https://evil.example/", "https:evil.example", "/\\evil.example"),
    *("\\\\evil.example", "javascript:alert(1)", "https://testserver@evil.example/"),
    *("%2F%2Fevil.example", "/%09/evil.example", "\t//evil.example", "http:///evil.example"),
)


@pytest.fixture
def world(world_of_all: World, settings: Settings, tmp_path: Path) -> World:
    settings.METRICS_ADDRESSES = ["127.0.0.1"]  # else there is no such page
    settings.OUTBOX, settings.OUTBOX_SHOWN = tmp_path / "outbox", True
    settings.SEARCH_INDEX = tmp_path / "index"
    return world_of_all.anew()


@pytest.fixture
def owner(world: World) -> Client:
    return client_of_owner(world)


def test_every_route_has_an_address(world: World) -> None:
    assert len({world.address(route) for route in ROUTES}) > 100


@pytest.mark.promise(29)
def test_the_exempt_routes_are_those_named_here() -> None:
    exempt = {route.name for route in ROUTES if getattr(route.view, "csrf_exempt", False)}
    assert exempt == EXEMPT_FROM_CSRF, "name the route, and test what stands for the token"


@pytest.mark.promise(29)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [{}, {"HX-Request": "true"}, {"Origin": "https://evil.example"}, {"Origin": "null"}],
    ids=["plain", "htmx", "wrong origin", "no origin"],
)
def test_nothing_is_written_without_a_token(
    world: World, undrawn: None, method: str, headers: dict[str, str]
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.owner)
    before = rows()
    routes = [route for route in ROUTES if route.name not in EXEMPT_FROM_CSRF]
    answers = {
        route.name: client.generic(method, world.address(route), headers=headers).status_code
        for route in routes
    }
    assert {name for name, status in answers.items() if status != 403} == set()
    assert rows() == before


@pytest.mark.promise(31)
@pytest.mark.parametrize("attack", ELSEWHERE)
def test_no_route_leads_to_another_site(
    world: World, owner: Client, undrawn: None, attack: str
) -> None:
    names = ("next", "back", "return", "from", "url")
    found = {}
    for route in ROUTES:
        where = world.address(route)
        for method in ("get", "post"):
            with transaction.atomic():
                data = dict.fromkeys(names, attack)
                response = getattr(owner, method)(where, data)
                transaction.set_rollback(True)
            if not _stays(response.headers.get("Location", "")):
                found[f"{method} {route.name}"] = response["Location"]
            if not _stays(response.headers.get("HX-Redirect", "")):
                found[f"{method} {route.name} (htmx)"] = response["HX-Redirect"]
            if route.name == "account_logout":
                owner.force_login(world.owner)
    assert found == {}


def _stays(location: str) -> bool:
    """As a browser reads it: backslashes are slashes, tabs and line breaks are nothing."""
    clean = "".join(c for c in location if c not in "\t\r\n").strip().replace("\\", "/")
    parts = urlsplit(clean)
    return parts.scheme in ("", "http", "https") and parts.netloc in ("", "testserver")
