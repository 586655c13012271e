"""The shipped nginx before web servers of two versions, where nginx is there to be run."""

import http.client
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.check import nginx
from tests.config.processes import wait_until
from tests.faults.whole_site import free_port

pytestmark = pytest.mark.skipif(nginx.program() is None, reason="no nginx here")
OLD, NEW = ([f"/static/css/{letter}{number}.css" for number in range(9)] for letter in "ab")
Ask = Callable[[str], int]


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that nginx' workers can enter, whoever they are: pytest's own they cannot."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-nginx-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@contextmanager
def web_machine(files: Sequence[str]) -> Iterator[str]:
    """Yield the address of a server that has these files, and a page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"here" if self.path in {*files, "/"} else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_given: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@contextmanager
def nginx_before(folder: Path, upstreams: Sequence[str]) -> Iterator[Ask]:
    """Yield what asks nginx by https, and returns the status."""
    program = nginx.program()
    assert program
    port = free_port()
    path = nginx.write_configuration(folder, http=free_port(), https=port, upstreams=upstreams)

    def ask(address: str) -> int:
        tls = ssl._create_unverified_context()  # noqa: S323 - a certificate of its own
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=tls)
        try:
            connection.request("GET", address, headers={"Host": "papers.example.org"})
            return connection.getresponse().status
        finally:
            connection.close()

    def answers() -> bool:
        try:
            return bool(ask("/"))
        except OSError:
            return False

    process = subprocess.Popen([program, "-p", str(folder), "-c", str(path)])
    try:
        wait_until(answers, seconds=20)
        yield ask
    finally:
        process.terminate()
        process.wait()


def test_a_static_file_is_found_on_the_machine_that_has_it(folder: Path) -> None:
    """Two of three are of the version before. Each name is asked for once: then nginx keeps it."""
    with ExitStack() as stack:
        machines = [stack.enter_context(web_machine(files)) for files in (OLD, OLD, NEW)]
        ask = stack.enter_context(nginx_before(folder, machines))
        assert [ask(name) for name in OLD + NEW] == [200] * 18


def test_a_static_file_that_no_machine_has_is_said_to_be_missing(folder: Path) -> None:
    with ExitStack() as stack:
        machines = [stack.enter_context(web_machine(OLD)) for _number in range(2)]
        ask = stack.enter_context(nginx_before(folder, machines))
        assert [ask(name) for name in NEW] == [404] * 9
        # And no machine is taken for away.
        assert [ask(name) for name in ["/", *OLD]] == [200] * 10


def test_with_one_machine_a_missing_file_is_missing(folder: Path) -> None:
    with web_machine(OLD) as machine, nginx_before(folder, [machine]) as ask:
        assert [ask(name) for name in (*NEW, *OLD, "/")] == [404] * 9 + [200] * 10
