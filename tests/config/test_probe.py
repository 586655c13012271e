from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from config import probe


class Answer(BaseHTTPRequestHandler):
    """Answers 200 to who asks as the proxy does, else sends on, as the site would."""

    def do_GET(self) -> None:
        asked = (self.headers["Host"], self.headers["X-Forwarded-Proto"], self.path)
        is_right = asked == ("papers.example.org", "https", "/readyz/serve")
        self.send_response(200 if is_right else 301)
        self.end_headers()
        self.wfile.write(b"told")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def _web(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = HTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104
    monkeypatch.setenv("PORT", str(server.server_port))
    monkeypatch.setenv("SITE_URL", "https://papers.example.org")
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("_web")
def test_a_web_server_that_can_answer_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["probe"])
    probe.main()


@pytest.mark.usefixtures("_web")
def test_what_was_said_instead_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["probe", "/elsewhere"])
    with pytest.raises(SystemExit, match="301: told"):
        probe.main()


def test_nobody_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["probe"])
    monkeypatch.setenv("HOST", "127.0.0.1")
    monkeypatch.setenv("PORT", "9")
    with pytest.raises(SystemExit, match="no answer: "):
        probe.main()
