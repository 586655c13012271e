"""Promise 35 over every route: whatever writes has a limit, or a reason why it has none."""

import importlib
import pkgutil
import re
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

import accounts
import papers
import readinglists
from config.rate_limits import rules
from config.rate_limits.table import declared, table
from papers import kept
from papers.limits import CacheAwayError, Limit
from readinglists.models import Entry
from tests.api_client import make_program
from tests.factories import make_paper, make_user
from tests.security.routes import Route, World, all_routes, rows
from tests.security.test_api import OPERATIONS, address

pytestmark = pytest.mark.django_db
ROUTES = all_routes()
DOCUMENT = Path(__file__).parents[2] / "docs" / "limits.md"


@pytest.fixture
def world(world_of_all: World, settings: Settings, tmp_path: Path) -> World:
    settings.OUTBOX, settings.OUTBOX_SHOWN = tmp_path / "outbox", True
    settings.SEARCH_INDEX = tmp_path / "index"
    return world_of_all.anew()


@pytest.fixture
def nothing_left(settings: Settings) -> None:
    settings.LIMITS_TIMES = 0
    settings.API_READS_PER_HOUR = settings.API_WRITES_PER_HOUR = 0
    settings.API_VISITOR_REQUESTS_PER_HOUR = 0


def fully(route: Route) -> str:
    """As a request's view_name has it: unnamed routes of the admin bear its name alone."""
    return route.name.replace("admin:None", "admin:")


@pytest.mark.promise(35)
def test_every_route_that_writes_has_a_limit_or_a_reason() -> None:
    without = {
        route.name
        for route in ROUTES
        if rules.rule_for_writing(fully(route)) is None and not rules.is_exempt(fully(route))
    }
    assert without == set(), "config/rate_limits/rules.py: give it a limit, or say why it has none"


@pytest.mark.promise(35)
def test_every_rule_and_exemption_is_of_a_route() -> None:
    # Of other setups: a provider's webhooks, second factors.
    elsewhere = {"anymail:*", "mfa_*", "usersessions_*", "api/v1/*"}
    patterns = {route for rule in (*rules.WRITING, *rules.READING) for route in rule.routes}
    known = {
        pattern
        for pattern in (patterns | set(rules.EXEMPT)) - elsewhere
        if any(fnmatchcase(route.name, pattern) for route in ROUTES)
    }
    assert patterns | set(rules.EXEMPT) == known | elsewhere & (patterns | set(rules.EXEMPT))


@pytest.mark.promise(35)
@pytest.mark.parametrize("who", ["reader", "visitor"])
def test_all_writing_is_refused_when_nothing_is_left(
    world: World, nothing_left: None, who: str
) -> None:
    client = Client()
    if who == "reader":
        client.force_login(world.owner)
    before = rows()
    answers = {
        route.name: client.post(world.address(route))
        for route in ROUTES
        if not rules.is_exempt(fully(route))
    }
    assert {name for name, answer in answers.items() if answer.status_code != 429} == set()
    assert all(int(answer["Retry-After"]) > 0 for answer in answers.values())
    assert all(b"nothing was changed" in answer.content for answer in answers.values())
    assert rows() == before


@pytest.mark.promise(35)
def test_exempt_routes_answer_all_the_same(world: World, nothing_left: None) -> None:
    for route in ROUTES:
        if rules.is_exempt(fully(route)):
            assert Client().post(world.address(route)).status_code != 429


@pytest.mark.promise(35)
def test_what_is_costly_to_read_is_refused_when_nothing_is_left(
    world: World, nothing_left: None, undrawn: None
) -> None:
    visitor, reader = Client(), Client()
    reader.force_login(make_user())
    for route in ROUTES:
        where = world.address(route)
        is_costly = any(rule.fits(fully(route)) for rule in rules.READING)
        assert (reader.get(where).status_code == 429) == is_costly, route.name
        assert visitor.get(where).status_code == 429 or not is_costly, route.name
        for name in rules.FAR_PAGE:
            far = visitor.get(where, {name: "2"})
            assert far.status_code == 429 or rules.is_exempt(fully(route)), route.name


@pytest.mark.promise(35)
def test_every_operation_of_the_api_is_refused_when_nothing_is_left(
    world: World, nothing_left: None
) -> None:
    program = make_program(user=world.owner)
    before = rows(without=frozenset({"accounts_apitoken", "django_session"}))
    for method, path, _operation in OPERATIONS:
        for client in (program, Client()):
            answer = client.generic(method, address(world, path), "{}", "application/json")
            assert answer.status_code == 429, (method, path)
            assert answer.json()["detail"]
            assert int(answer["Retry-After"]) > 0
    assert rows(without=frozenset({"accounts_apitoken", "django_session"})) == before


@pytest.mark.promise(35)
def test_readers_behind_one_address_do_not_share_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    once = [replace(rule, limit=replace(rule.limit, amount=1)) for rule in rules.READING]
    monkeypatch.setattr(rules, "READING", tuple(once))
    client, other = Client(), Client()
    client.force_login(make_user())
    other.force_login(make_user())
    picture = f"/paper/number/{make_paper().pk}/cite.bib"
    asked = [each.get(picture).status_code for each in (client, client, other, other)]
    assert asked == [302, 429, 302, 429]
    assert [Client().get(picture).status_code for _time in range(2)] == [302, 429]


def test_programs_are_told_in_plain_words(nothing_left: None) -> None:
    answer = Client().get(f"/paper/number/{make_paper().pk}/cite.bib")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "Please try again in" in answer.content.decode()


def test_what_was_typed_comes_back(world: World, nothing_left: None) -> None:
    client = Client()
    client.force_login(world.owner)
    entry = Entry.objects.filter(reading_list__owner=world.owner)[0]
    answer = client.post(f"/lists/entries/{entry.pk}/note/", {"note": "Long <thoughts>."})
    assert answer.status_code == 429
    assert "Long &lt;thoughts&gt;." in answer.content.decode()


@pytest.mark.usefixtures("cache_away")
def test_limits_hold_without_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    once = [replace(rule, limit=replace(rule.limit, amount=1)) for rule in rules.READING]
    monkeypatch.setattr(rules, "READING", tuple(once))
    path = f"/paper/number/{make_paper().pk}/cite.bib"
    assert [Client().get(path).status_code for _time in range(2)] == [302, 429]


@pytest.mark.usefixtures("cache_away")
def test_when_nobody_can_count_nobody_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise CacheAwayError

    monkeypatch.setattr(rules, "count", fail)
    answer = Client().get(f"/paper/number/{make_paper().pk}/cite.bib")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")


def test_the_document_is_what_the_code_says() -> None:
    assert DOCUMENT.read_text() == table(), "make limits"


def test_every_limit_in_the_code_is_in_the_document() -> None:
    listed = {limit for limit, _what, _by in declared()}
    found = {
        value
        for package in (papers, readinglists, accounts)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not re.search(r"\.migrations|_child$|api_mail|webhooks", module.name)
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, Limit)
    }
    assert found == listed, "config/rate_limits/table.py, declared: name it"


@pytest.mark.promise(35)
@pytest.mark.parametrize("asked", ["/?x=1", "/trending/all/?utm_source=x", "/new/?"])
def test_a_visitors_page_that_is_not_kept_is_counted(
    asked: str, nothing_left: None, settings: Settings
) -> None:
    kept_page = Client().get(asked.partition("?")[0])
    assert kept_page.status_code == 200
    assert Client().get(asked).status_code == (200 if asked.endswith("?") else 429)
    with_session = Client()
    with_session.cookies[settings.SESSION_COOKIE_NAME] = "made up"
    assert with_session.get("/").status_code == 429
    reader = Client()
    reader.force_login(make_user())
    assert reader.get(asked).status_code == 200


@pytest.mark.promise(35)
def test_a_visitor_gets_without_end_only_pages_that_are_kept(
    world: World, nothing_left: None
) -> None:
    got = [
        route
        for route in ROUTES
        if not rules.is_exempt(fully(route))
        and Client().get(world.address(route)).status_code == 200
    ]
    assert {"papers:home", "papers:status", "papers:search_help"} <= {each.name for each in got}
    assert [each.name for each in got if not kept.is_kept(each.view)] == []


def test_what_is_asked_beside_pages_is_not_counted(nothing_left: None) -> None:
    assert Client().get("/opensearch.xml").status_code == 200
