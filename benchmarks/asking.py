"""Asks a running web server over connections kept alive, and counts what that costs.

The server runs with the processes and threads that `manage.py start` gives it. Client, server and
Postgres share the machine's cores, and nothing else of a site runs.
"""

import http.client
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.site import own_seconds

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the headers of each request."""

    name: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Server:
    """Process numbers of the web server and of Postgres; their children do the work."""

    web: int
    postgres: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds a request; `cpu` of the web server, `database` of Postgres."""

    requests_a_second: float
    p50: float
    p95: float
    p99: float
    cpu: float
    database: float


def take_a_port() -> None:
    """Choose the port of the server to come; before Django's settings are read."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        os.environ["PORT"] = str(free.getsockname()[1])


@contextmanager
def running_server(settings_module: str = "config.settings") -> Iterator[Server]:
    from config.supervisor.children import describe_child

    program = describe_child("web")
    environment = {**program.environment, "DJANGO_SETTINGS_MODULE": settings_module}
    process = subprocess.Popen(program.command, env=environment, cwd=program.folder)
    try:
        _wait_for_port()
        yield Server(process.pid, postmaster())
    finally:
        process.terminate()
        process.wait()


def postmaster() -> int:
    """The process number of this site's private Postgres."""
    from django.conf import settings

    from config.servers.paths import servers_home

    file = servers_home(settings.VAR) / "postgres" / "postmaster.pid"
    return int(file.read_text().split()[0])


def asker_for(email: str) -> Asker:
    """Return the reader with this address, logged in; made where there is none."""
    from accounts.models import User

    reader, _is_new = User.objects.get_or_create(email=email)
    return Asker("reader", {"Cookie": cookie_of(reader)})


def cookie_of(reader: "User") -> str:
    """Log `reader` in and return their cookie; the log need not tell of it for each of hundreds."""
    from django.conf import settings
    from django.test import Client

    security = logging.getLogger("broadsheet.security")
    client, said_from = Client(), security.level
    security.setLevel(logging.WARNING)
    try:
        client.force_login(reader)
    finally:
        security.setLevel(said_from)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def measure(
    asker: Asker, addresses: Sequence[str], at_once: int, server: Server, status: int = 200
) -> Cost:
    cpu, database = cpu_seconds(server.web), cpu_seconds(server.postgres)
    began = time.perf_counter()
    times = ask_all(asker, addresses, at_once, status)
    wall = time.perf_counter() - began
    spent = cpu_seconds(server.web) - cpu, cpu_seconds(server.postgres) - database
    p50, p95, p99 = (float(each) for each in np.percentile(times, [50, 95, 99]))
    each = [seconds * 1000 / len(times) for seconds in spent]
    return Cost(len(times) / wall, p50, p95, p99, *each)


def ask_all(asker: Asker, addresses: Iterable[str], at_once: int, status: int = 200) -> list[float]:
    """Return the milliseconds of each request; a connection asks again as soon as it may."""
    waiting, lock = iter(addresses), threading.Lock()
    times: list[float] = []

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=60)
        while True:
            with lock:
                address = next(waiting, None)
            if address is None:
                connection.close()
                return
            began = time.perf_counter()
            _ask(connection, asker, address, status)
            times.append((time.perf_counter() - began) * 1000)

    with ThreadPoolExecutor(at_once) as threads:
        for done in [threads.submit(work) for _thread in range(at_once)]:
            done.result()
    return times


def ask_once(asker: Asker, address: str) -> http.client.HTTPResponse:
    """Return an answer whose body was read."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=60)
    connection.request("GET", address, headers=asker.headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def _ask(connection: http.client.HTTPConnection, asker: Asker, address: str, status: int) -> None:
    connection.request("GET", address, headers=asker.headers)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == status, (address, answer.status, body[:500])


def _wait_for_port() -> None:
    for _try in range(200):
        try:
            socket.create_connection(("127.0.0.1", int(os.environ["PORT"])), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("The web server does not answer.")


def cpu_seconds(pid: int) -> float:
    """Return what a process and its children have used, those that ended included."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    spent = own_seconds(str(pid))
    for child in children:
        # One of Postgres's may end meanwhile; it is then counted among those waited for.
        with suppress(FileNotFoundError, ProcessLookupError):
            spent += own_seconds(child)
    return spent
