"""Promise 32 over every route and operation that names an object: another's reads as one that was
never there, in status, body and headers, whatever the method; and nothing of it changes.

What members of a list may do is asked in tests/readinglists/test_access.py.
"""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from tests.api_client import make_program
from tests.factories import make_user
from tests.security.routes import ABSENT, Route, World, all_routes, client_of_owner, rows
from tests.security.test_api import KEPT_OF_ASKING, OPERATIONS, address

pytestmark = [pytest.mark.django_db, pytest.mark.promise(32)]
METHODS = ("GET", "HEAD", "POST")
# Objects that are everybody's: papers and authors, and lists that were made public.
PUBLIC = {
    *("papers:paper_by_number", "papers:cite_by_number", "papers:paper_picture_by_number"),
    *("papers:vote", "papers:mark_seen"),
    *("readinglists:add", "readinglists:press", "readinglists:save_control"),
    *("readinglists:state", "readinglists:own_note"),
    *("readinglists:public_list", "readinglists:public_file"),
    *("readinglists:follow_public_list", "readinglists:copy_public_list"),
}
PUBLIC_OPERATIONS = re.compile(r"/(papers|public-lists)/(arxiv/)?\{\w+\}|/trending/")
# Where the owner in this world is answered as if nothing were there: no comparison of answers
# shows anything of them, only that no row changes.
NOT_TOLD_APART = {
    "admin:None",
    # Not given to anybody, and refused before the row is looked for.
    *("admin:accounts_apitoken_delete", "admin:accounts_bounce_delete"),
    *("admin:accounts_delivery_delete", "admin:accounts_follow_delete"),
    *("admin:accounts_standingquery_delete", "admin:papers_paperrequest_delete"),
    *("admin:papers_harvest_delete", "admin:account_emailaddress_delete"),
    # The world's invitation is another's, and `bulk` wants its entries named.
    *("readinglists:answer_invitation", "readinglists:bulk"),
}
# What is different each time.
_VOLATILE = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


@pytest.fixture
def world(world_of_all: World, settings: Settings, tmp_path: Path) -> World:
    settings.OUTBOX, settings.OUTBOX_SHOWN = tmp_path / "outbox", False
    settings.SEARCH_INDEX = tmp_path / "index"
    return world_of_all.anew()


def with_numbers() -> list[Route]:
    """Those whose address holds the number of a row."""
    found = [
        route
        for route in all_routes()
        if re.search(r"<int:|<id>|<path:object_id>", route.path) and route.name not in PUBLIC
    ]
    assert len(found) > 100
    return found


def numbers(world: World, route: Route) -> dict[str, int]:
    return {
        name: ABSENT
        for name in route.parameters
        if name in ("pk", "heading_pk", "paper_pk", "id", "object_id")
    }


def told(answer: Any, where: str) -> tuple[object, ...]:
    """What a stranger can see of it, without the address they wrote themselves."""
    body = b"".join(answer) if answer.streaming else answer.content
    names = ("Location", "Content-Type", "Cache-Control", "Allow", "ETag", "HX-Redirect")
    headers = [answer.headers.get(name, "") for name in names]
    seen = [_VOLATILE.sub("", body.decode(errors="replace")), *headers]
    for written in (where, quote(where), quote(where, safe="")):
        seen = [text.replace(written, "HERE") for text in seen]
    return answer.status_code, *seen


def test_the_owner_gets_what_nobody_else_does(world: World) -> None:
    """The control of the tests below: what they compare differs where it may."""
    client = client_of_owner(world)
    unseen: set[str] = set()
    for route in with_numbers():
        if world.address(route) == world.address(route, **numbers(world, route)):
            continue
        if not any(differs(client, world, route, method) for method in METHODS):
            unseen.add(route.name)
    assert unseen == NOT_TOLD_APART


def differs(client: Client, world: World, route: Route, method: str) -> bool:
    """Whether an owner's own object reads otherwise than one that is not there; undone after."""
    where, nowhere = world.address(route), world.address(route, **numbers(world, route))
    with transaction.atomic():
        own = told(client.generic(method, where), where)
        absent = told(client.generic(method, nowhere), nowhere)
        transaction.set_rollback(True)
    return own != absent


@pytest.mark.parametrize("who", ["visitor", "stranger", "owner who was no administrator"])
def test_what_is_anothers_reads_as_what_is_not_there(world: World, who: str) -> None:
    client = Client()
    if who != "visitor":
        client.force_login(make_user())
    differing: dict[str, object] = {}
    before = rows()
    routes = with_numbers()
    if who.startswith("owner"):
        # Administration alone: a reader's own objects are theirs.
        world.owner.is_staff = world.owner.is_superuser = False
        world.owner.save()
        client.force_login(world.owner)
        before = rows()
        routes = [
            route
            for route in routes
            if route.name.startswith("admin:") or re.search(r"source|backfill", route.name)
        ]
    for route in routes:
        for method in METHODS:
            where, nowhere = world.address(route), world.address(route, **numbers(world, route))
            if where == nowhere:
                continue
            with transaction.atomic():
                foreign = told(client.generic(method, where), where)
                absent = told(client.generic(method, nowhere), nowhere)
            if foreign != absent:
                differing[f"{method} {route.name}"] = (foreign, absent)
    assert differing == {}
    assert rows() == before


def test_the_api_tells_nothing_of_what_is_anothers(world: World) -> None:
    program = make_program(user=make_user())
    differing: dict[str, object] = {}
    before, asked = rows(without=KEPT_OF_ASKING), 0
    for method, path, operation in OPERATIONS:
        if "{" not in path or PUBLIC_OPERATIONS.search(path):
            continue
        where = address(world, path)
        nowhere = re.sub(r"/\d+", f"/{ABSENT}", where)
        for body in ("{}", json.dumps({"version": 1, "title": "x", "name": "x", "paper": 1})):
            foreign = program.generic(method, where, body, "application/json")
            absent = program.generic(method, nowhere, body, "application/json")
            asked += 1
            one = (foreign.status_code, foreign.content)
            if one != (absent.status_code, absent.content) or foreign.status_code < 400:
                differing[f"{method} {path} {operation['summary']}"] = (one, absent.content)
    assert asked > 20
    assert differing == {}
    assert rows(without=KEPT_OF_ASKING) == before
