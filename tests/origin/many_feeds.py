"""Hundreds of small feeds, each on a host of its own: the addresses 127.1.0.1, 127.1.0.2, ...

All of them are answered by one server of this machine, with an ETag that never changes.
"""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

ETAG = '"unchanged"'
FEED = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Journal {number}</title><id>urn:feed:{number}</id>
<entry><title>On windmill {number}</title><id>urn:paper:{number}</id>
<link href="https://journal{number}.example.org/paper"/><updated>2026-03-02T00:00:00Z</updated>
<summary>It turns.</summary></entry></feed>
"""


@dataclass
class ManyFeeds:
    """`asked` counts requests by host, `conditional` those that named the ETag."""

    count: int = 300
    delay_seconds: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)
    conditional: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> Self:
        handler = type("FeedHandler", (_Handler,), {"feeds": self})
        # Every address of 127.0.0.0/8 is this machine.
        self._server = _Server(("", 0), handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def hosts(self) -> list[str]:
        port = self._server.server_port
        return [f"127.1.{number // 250}.{number % 250 + 1}:{port}" for number in range(self.count)]

    @property
    def addresses(self) -> list[str]:
        return [f"http://{host}/feed.xml" for host in self.hosts]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker that is killed leaves a broken connection behind."""


class _Handler(BaseHTTPRequestHandler):
    feeds: ManyFeeds

    def do_GET(self) -> None:
        host = self.headers.get("Host", "")
        self.feeds.asked[host] += 1
        time.sleep(self.feeds.delay_seconds)
        if self.headers.get("If-None-Match") == ETAG:
            self.feeds.conditional[host] += 1
            self.send_response(304)
            self.send_header("ETag", ETAG)
            self.end_headers()
            return
        body = FEED.format(number=host.partition(":")[0]).encode()
        self.send_response(200)
        self.send_header("ETag", ETAG)
        self.send_header("Content-Type", "application/atom+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal."""
