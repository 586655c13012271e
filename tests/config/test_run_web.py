"""`manage.py run web` for real: what becomes of a request in hand when it is told to end."""

import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from config.supervisor.children import WEB_GRACE_ALONE_SECONDS
from tests import own_database
from tests.factories import make_paper

PROJECT = Path(__file__).resolve().parent.parent.parent
PATIENCE_SECONDS = 60.0
TABLE = "papers_paper"

pytestmark = pytest.mark.django_db(transaction=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(params=["sync", "threads"])
def web(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Its host and port, and the process."""
    port = free_port()
    own = {
        "DATABASE_URL": own_database.url(),
        "REDIS_URL": str(settings.CACHES["default"]["LOCATION"]),
        "BROADSHEET_VAR": str(tmp_path),
        "STATIC_ROOT": str(tmp_path / "static"),
        "PORT": str(port),
        "WEB_WORKERS": request.param,
        "WEB_PROCESSES": "1",
    }
    (tmp_path / "static").mkdir()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run", "web"], cwd=PROJECT, env=os.environ | own
    )
    try:
        wait_for_port(port)
        yield f"127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


def fetch(address: str) -> int:
    with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as answer:
        answer.read()
        return int(answer.status)


def wait_until_somebody_waits() -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.slow
def test_a_request_in_hand_is_answered_before_it_ends(
    web: tuple[str, "subprocess.Popen[bytes]"],
) -> None:
    """And a connection that a browser keeps open, with nothing to ask, holds nobody up."""
    host, process = web
    kept = http.client.HTTPConnection(host, timeout=PATIENCE_SECONDS)
    kept.request("GET", "/healthz")
    assert kept.getresponse().read() == b"ok\n"
    # A page would need static files that are collected.
    address = f"http://{host}/api/v1/papers/{make_paper().pk}"
    with own_database.connect() as other, ThreadPoolExecutor(1) as pool:
        other.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
        answer = pool.submit(fetch, address)
        wait_until_somebody_waits()
        process.terminate()
        time.sleep(3)
        assert process.poll() is None
        other.rollback()
        began = time.monotonic()
        assert answer.result(PATIENCE_SECONDS) == 200
        assert process.wait(PATIENCE_SECONDS) == 0
    assert time.monotonic() - began < WEB_GRACE_ALONE_SECONDS / 2
    kept.close()
