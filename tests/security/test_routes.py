"""Promises 29, 30 and 31 over every route of the site, whoever wrote it."""

from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from pytest_django import Settings

from tests.security.routes import Route, World, all_routes, client_of_owner, rows

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
NAMES = ("next", "back", "return", "from", "url")


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
@pytest.mark.parametrize(
    "attacks",
    [
        pytest.param(ELSEWHERE[::4], id="some"),
        pytest.param(ELSEWHERE, id="all", marks=pytest.mark.long),
    ],
)
def test_no_route_leads_to_another_site(
    world: World,
    owner: Client,
    undrawn: None,
    monkeypatch: pytest.MonkeyPatch,
    attacks: tuple[str, ...],
) -> None:
    """A route that looks at none of the names answers each attack alike: one of them is enough."""
    lookers: dict[tuple[str, str], bool] = {}
    with monkeypatch.context() as patch:
        is_looked_at = watch_names(patch)
        for route in ROUTES:
            for method in ("get", "post"):
                is_looked_at.clear()
                assert led_away(world, owner, route, method, attacks[0]) == []
                lookers[method, route.name] = bool(is_looked_at)
    assert ("post", "account_login") in [each for each, looks in lookers.items() if looks]
    found = [
        away
        for route in ROUTES
        for method in ("get", "post")
        if lookers[method, route.name]
        for attack in attacks[1:]
        for away in led_away(world, owner, route, method, attack)
    ]
    assert found == []
    assert owner.get("/settings/").status_code == 200, "all this was asked by a stranger"


def watch_names(patch: pytest.MonkeyPatch) -> set[str]:
    """Return a set that fills with what is looked up, by name or all together, in what was sent."""
    seen: set[str] = set()

    def watched(name: str, *, is_of_all: bool) -> None:
        real = getattr(QueryDict, name)

        def look(data: QueryDict, *args: Any, **options: Any) -> Any:
            if is_of_all or args[0] in NAMES:
                seen.add(name)
            return real(data, *args, **options)

        patch.setattr(QueryDict, name, look)

    for name in ("__getitem__", "getlist"):
        watched(name, is_of_all=False)
    for name in ("items", "values", "lists", "dict"):
        watched(name, is_of_all=True)
    return seen


def led_away(world: World, owner: Client, route: Route, method: str, attack: str) -> list[str]:
    """Ask with the attack under all names; return in words where the answer leads elsewhere."""
    before = deepcopy(owner.cookies)
    with transaction.atomic():
        response = getattr(owner, method)(world.address(route), dict.fromkeys(NAMES, attack))
        transaction.set_rollback(True)
    # A session that the route began anew was rolled back: without this the owner is a stranger.
    owner.cookies = before
    return [
        f"{method} {route.name} with {attack}: {header} {response[header]}"
        for header in ("Location", "HX-Redirect")
        if not _stays(response.headers.get(header, ""))
    ]


def _stays(location: str) -> bool:
    """As a browser reads it: backslashes are slashes, tabs and line breaks are nothing."""
    clean = "".join(c for c in location if c not in "\t\r\n").strip().replace("\\", "/")
    parts = urlsplit(clean)
    return parts.scheme in ("", "http", "https") and parts.netloc in ("", "testserver")
