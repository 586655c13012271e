import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.faults.version_before import NotAnsweringError, wait_until_answers
from tests.faults.whole_site import free_port


class Answers(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def running() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """Of a server that answers each question with the status given."""
    handler = type("Given", (Answers,), {"status": request.param})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize("port", [200], indirect=True)
def test_site_that_is_well_is_waited_for(port: int, running: "subprocess.Popen[bytes]") -> None:
    wait_until_answers(port, running, 10)


@pytest.mark.parametrize("port", [404, 503], indirect=True)
def test_site_that_is_not_well_is_a_fault(port: int, running: "subprocess.Popen[bytes]") -> None:
    with pytest.raises(NotAnsweringError, match=r"said (404|503)"):
        wait_until_answers(port, running, 0.3)


def test_site_that_never_answers_is_a_fault(running: "subprocess.Popen[bytes]") -> None:
    with pytest.raises(NotAnsweringError, match="ConnectionError"):
        wait_until_answers(free_port(), running, 0.3)


def test_process_that_ended_is_a_fault() -> None:
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    process.wait()
    with pytest.raises(NotAnsweringError, match="ended with 3"):
        wait_until_answers(free_port(), process, 10)
