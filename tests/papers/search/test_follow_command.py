"""The follower as a process of its own: killed, started again, stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.db import connection

from papers.search.engine import IndexNotReady, search
from papers.search.language import parse
from tests.factories import make_paper

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

Start = Callable[[], "subprocess.Popen[bytes]"]


def database_url() -> str:
    """The test database, as another process reaches it."""
    known = connection.settings_dict
    password = f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else ""
    if known["HOST"].startswith("/"):
        return f"postgresql://{known['USER']}@/{quote(known['HOST'])}/{known['NAME']}"
    host = quote(known["HOST"], safe="")
    port = f":{known['PORT']}" if known["PORT"] else ""
    options = f"?{urlencode(known['OPTIONS'])}" if known.get("OPTIONS") else ""
    return f"postgresql://{known['USER']}{password}@{host}{port}/{known['NAME']}{options}"


@pytest.fixture
def start(index_folder: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "BROADSHEET_VAR": str(index_folder.parent),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings"),
    }

    def start_follower() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "django", "follow"]
        started.append(subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR))
        return started[-1]

    yield start_follower
    for process in started:
        process.kill()
        process.wait()


def wait_until_found(text: str, paper_id: int) -> float:
    """Return after how many seconds `text` finds the paper alone."""
    began = time.monotonic()
    while time.monotonic() - began < 20:
        try:
            if [hit.paper_id for hit in search(parse(text), limit=5).hits] == [paper_id]:
                return time.monotonic() - began
        except IndexNotReady:
            pass
        time.sleep(0.1)
    pytest.fail(f"{text!r} was not found within 20 s")


def test_paper_is_found_within_ten_seconds_of_being_stored(start: Start) -> None:
    first = make_paper(title="On owls")
    start()
    wait_until_found("owls", first.pk)
    second = make_paper(title="On herons")
    assert wait_until_found("herons", second.pk) < 10


def test_killed_follower_leaves_a_usable_index_and_goes_on(start: Start) -> None:
    owl = make_paper(title="On owls")
    process = start()
    wait_until_found("owls", owl.pk)
    heron = make_paper(title="On herons")
    process.kill()
    process.wait()
    wait_until_found("owls", owl.pk)
    start()
    wait_until_found("herons", heron.pk)


def test_stopped_follower_ends_within_two_seconds(start: Start) -> None:
    owl = make_paper(title="On owls")
    process = start()
    wait_until_found("owls", owl.pk)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=2) == 0
