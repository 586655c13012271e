"""Promise 30 over every route of the site: reading changes nothing. These tests commit."""

from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from papers.search.follower import index_now
from tests.security.routes import World, all_routes, client_of_owner, digests, make_world

ROUTES = all_routes()
# What the world of these tests does not have, or what is for saying that there is nothing.
NOT_OPENED = {
    *("papers:past_trending", "papers:past_trending_in", "papers:paper_by_name"),
    "papers:search_file",  # it wants a search
    "styleguide",  # only with DEBUG
    "ready",  # no worker runs here
    *("papers:no_such_window", "papers:no_such_list", "admin:view_on_site", "admin:None"),
}


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> World:
    settings.METRICS_ADDRESSES = ["127.0.0.1"]  # else there is no such page
    settings.OUTBOX, settings.OUTBOX_SHOWN = tmp_path / "outbox", True
    settings.SEARCH_INDEX = tmp_path / "index"
    return make_world()


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise(30)
def test_reading_any_route_twice_changes_no_row(world: World) -> None:
    index_now()
    owner = client_of_owner(world)
    before, at, changed = digests(), written(), {}
    opened: dict[str, set[int]] = {}
    for route in ROUTES:
        for method in ("GET", "GET", "HEAD"):
            response = owner.generic(method, world.address(route), QUERY_STRING="q=kestrel")
            opened.setdefault(route.name, set()).add(response.status_code)
        last, at = at, written()
        if at == last:
            continue
        if (after := digests()) != before:
            changed[route.name] = [table for table in after if after[table] != before[table]]
            before = after
    assert changed == {}
    assert owner.get("/settings/").status_code == 200, "all this was read by a stranger"
    closed = {name for name, statuses in opened.items() if statuses - {200, 302, 405}}
    closed -= {name for name in closed if name.startswith("admin:") and opened[name] == {403}}
    missing = sorted(closed - NOT_OPENED)
    assert not missing, "a page that does not open proves nothing: see make_world"


def written() -> str:
    """How far Postgres has written its log, in which every change of a row is first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()")
        return str(cursor.fetchone()[0])
