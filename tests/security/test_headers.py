"""OWASP ASVS 5.0, 3.4 and 3.3: every answer of every route and static file bears the headers."""

import re
import shutil
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client
from pytest_django import Settings

from tests.api_client import make_program
from tests.factories import make_paper
from tests.security.routes import World, all_routes
from tests.security.test_api import OPERATIONS, address

pytestmark = pytest.mark.django_db
STATIC = Path(__file__).parents[2] / "static"
FIXED = {
    "X-Content-Type-Options": {"nosniff"},
    "Referrer-Policy": {"same-origin", "no-referrer"},
    "X-Frame-Options": {"DENY"},
    "Cross-Origin-Opener-Policy": {"same-origin"},
    "Cross-Origin-Resource-Policy": {"same-origin"},
    "Strict-Transport-Security": {"max-age=31536000; includeSubDomains"},
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}


@pytest.fixture(autouse=True)
def https(settings: Settings) -> None:
    """What the settings say where SITE_URL is https (tests/config/test_settings.py)."""
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SECURE_SSL_REDIRECT = True


@pytest.fixture
def world(world_of_all: World, settings: Settings, tmp_path: Path) -> World:
    settings.OUTBOX, settings.OUTBOX_SHOWN = tmp_path / "outbox", True
    settings.SEARCH_INDEX = tmp_path / "index"
    return world_of_all.anew()


# A mail as its HTML is, shown to whoever runs a site that sends none: it stands in a frame of ours,
# and may have inline styles, as mails do, but nothing else.
MAIL = "accounts:outbox_message_html"
POLICY_OF_MAIL = {"script-src 'none'", "default-src 'none'", "style-src 'unsafe-inline'"}


def faults(answer: HttpResponseBase, *, allowed: dict[str, set[str]] | None = None) -> list[str]:
    """Return in words what is missing."""
    expected = FIXED | (allowed or {})
    found = [
        f"{name}: {answer.headers.get(name)}"
        for name, values in expected.items()
        if answer.headers.get(name) not in values
    ]
    policy = answer.headers.get("Content-Security-Policy", "")
    directives = {each.split()[0]: each.split()[1:] for each in policy.split(";") if each.strip()}
    found += [
        f"CSP {name}: {directives.get(name)}"
        for name, value in POLICY.items()
        if directives.get(name) != [value]
    ]
    if re.search(r"unsafe|\*|https?:|nonce-", policy):
        found.append(f"CSP allows {policy}")
    if "geolocation=()" not in answer.headers.get("Permissions-Policy", ""):
        found.append("Permissions-Policy")
    if "Access-Control-Allow-Origin" in answer.headers:
        found.append("lets other sites' scripts read it")
    return found


def test_every_route_bears_them(world: World, undrawn: None) -> None:
    reader, visitor, found, statuses, leads_out = Client(), Client(), {}, set(), set()
    reader.force_login(world.owner)
    anywhere = {"Cross-Origin-Resource-Policy": {"same-origin", "cross-origin"}}
    for route in (route for route in all_routes() if route.name != MAIL):
        allowed = anywhere if "picture" in route.name else None
        for who, client in (("reader", reader), ("visitor", visitor)):
            for method in ("GET", "POST", "OPTIONS"):
                answer = client.generic(method, world.address(route), secure=True)
                statuses.add(answer.status_code)
                if missing := faults(answer, allowed=allowed):
                    found[f"{who} {method} {route.name}"] = missing
        if SESSION_KEY not in reader.session:
            leads_out.add(route.name)
            reader.force_login(world.owner)
    assert found == {}
    assert "account_logout" in leads_out
    assert {200, 302, 404, 405} <= statuses


def test_a_mail_that_is_shown_may_do_nothing(world: World) -> None:
    route = next(route for route in all_routes() if route.name == MAIL)
    answer = Client().get(world.address(route), secure=True)
    policy = {each.strip() for each in answer["Content-Security-Policy"].split(";")}
    assert policy >= POLICY_OF_MAIL
    assert "allow-scripts" not in answer["Content-Security-Policy"]
    assert "allow-same-origin" not in answer["Content-Security-Policy"]


def test_every_operation_of_the_api_bears_them(world: World) -> None:
    program = make_program(user=world.owner)
    for method, path, _operation in OPERATIONS:
        for client in (program, Client()):
            where = address(world, path)
            answer = client.generic(method, where, "{}", "application/json", secure=True)
            assert faults(answer) == [], (method, path)


def test_every_static_file_bears_them(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    shutil.copytree(STATIC, settings.STATIC_ROOT)
    files = [path for path in settings.STATIC_ROOT.rglob("*") if path.is_file()]
    assert len(files) > 10
    client = Client()
    for path in files:
        answer = client.get(f"/static/{path.relative_to(settings.STATIC_ROOT)}", secure=True)
        assert answer.status_code == 200
        assert faults(answer) == [], path
    assert faults(client.get("/static/no/such.css", secure=True)) == []


@pytest.mark.parametrize(
    ("where", "status"), [("/", 301), ("/no/such/page/", 301), ("/static/no.css", 301)]
)
def test_the_way_to_https_bears_them(where: str, status: int) -> None:
    answer = Client().get(where)
    assert answer.status_code == status
    only_by_https = {"Strict-Transport-Security": {None}}
    assert faults(answer, allowed=only_by_https) == []  # type: ignore[arg-type]


def test_refusals_and_faults_bear_them(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    def fail(_request: HttpRequest) -> None:
        raise RuntimeError

    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    elsewhere = client.get("/", headers={"host": "evil.example"}, secure=True)
    without_token = client.post("/accounts/login/", {}, secure=True)
    missing = client.get("/no/such/page/", secure=True)
    settings.LIMITS_TIMES = 0
    often = client.get(f"/paper/number/{make_paper().pk}/cite.bib", secure=True)
    monkeypatch.setattr("papers.views.ranking.render", lambda *_a, **_k: fail(HttpRequest()))
    broken = client.get("/ranking/", secure=True)
    answers = [elsewhere, without_token, missing, often, broken]
    assert [answer.status_code for answer in answers] == [400, 403, 404, 429, 500]
    assert [faults(answer) for answer in answers] == [[]] * 5


def test_a_laptop_is_not_told_to_use_https(settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT = 0, False
    assert "Strict-Transport-Security" not in Client().get("/").headers


def test_no_other_cookies_than_three_are_set(world: World, settings: Settings) -> None:
    named = ("SESSION", "CSRF", "LANGUAGE")
    for name in named:
        setattr(settings, f"{name}_COOKIE_NAME", f"__Host-{name.lower()}")
        setattr(settings, f"{name}_COOKIE_SECURE", True)
    client, seen = Client(), SimpleCookie()
    for route in all_routes():
        where = world.address(route)
        seen.update(client.get(where, secure=True).cookies)
        seen.update(client.post(where, {"language": "de"}, secure=True).cookies)
    client.force_login(world.owner)
    for route in all_routes():
        seen.update(client.get(world.address(route), secure=True).cookies)
    assert SESSION_KEY in client.session
    assert set(seen) <= {f"__Host-{name.lower()}" for name in named}
    assert "__Host-csrf" in seen
    for cookie in seen.values():
        assert cookie["httponly"]
        assert cookie["secure"]
        assert cookie["samesite"] == "Lax"
        assert (cookie["path"], cookie["domain"]) == ("/", "")
