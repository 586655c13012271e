"""Drawn pages served to a browser, with the static files, which it keeps from page to page."""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders


class _Server(ThreadingHTTPServer):
    pages: dict[str, bytes]
    files: dict[str, Path]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        file = self.server.files.get(path) or _find(path)
        if path in self.server.pages:
            self._answer(self.server.pages[path], "text/html; charset=utf-8", "no-store")
        elif file:
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            self._answer(file.read_bytes(), kind, "max-age=3600")
        else:
            self.send_response(204)
            self.end_headers()

    def _answer(self, body: bytes, kind: str, kept: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", kept)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(pages: list[str], files: dict[str, Path]) -> Iterator[list[str]]:
    """Serve the HTML of `pages` and, at the paths named, `files`; yield the pages' addresses."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.pages = {f"/drawn/{n}/": html.encode() for n, html in enumerate(pages)}
    server.files = files
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield [f"http://127.0.0.1:{server.server_port}{path}" for path in server.pages]
    finally:
        server.shutdown()
        server.server_close()


def _find(path: str) -> Path | None:
    found = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
    return Path(found) if isinstance(found, str) else None
