"""The origin itself: a small threaded server on loopback, its chosen day, faults and log.

Decides who answers; the answers are made in the modules beside it. Never reachable from
another machine.
"""

import hashlib
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.origin.arxiv_api import answer_query
from tests.origin.arxiv_list import answer_list
from tests.origin.arxiv_oai import OaiServer
from tests.origin.arxiv_rss import answer_atom, answer_rss
from tests.origin.crossref import answer_work
from tests.origin.faults import Faults
from tests.origin.github import GitHub
from tests.origin.huggingface import Lists, answer_daily_papers
from tests.origin.library import Library
from tests.origin.replies import Query, Reply
from tests.origin.semantic_scholar import answer_batch
from tests.origin.syndication import answer_feed

TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """`path` with its query as asked, `at` in seconds of the monotonic clock."""

    method: str
    path: str
    at: float
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Fault:
    path: str
    reply: Reply


@dataclass
class Origin:
    """Answers as arXiv and the others would on `day`, which can be moved while it runs.

    Papers come from a file of JSON lines or as dictionaries, daily lists from a directory of
    `YYYY-MM-DD.json.gz` or as dictionaries by day (these count first), entries of Crossref by
    DOI, citations by arXiv id. Use as a context manager, or `start()` and `stop()`.
    """

    papers_path: Path | None = None
    hf_directory: Path | None = None
    day: date = date(2026, 3, 2)
    port: int = 0
    papers: Iterable[dict[str, Any]] = ()
    hf_lists: Lists = field(default_factory=dict)
    requests: list[LoggedRequest] = field(default_factory=list)
    on_request: Callable[[LoggedRequest], None] = lambda request: None
    faults: Faults = field(default_factory=Faults)
    oai: OaiServer = field(default_factory=OaiServer)
    github: GitHub = field(default_factory=GitHub)
    works: dict[str, dict[str, Any]] = field(default_factory=dict)
    citations: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        path = self.papers_path
        self.library = Library.load(path) if path else Library.from_papers(self.papers)
        self._faults: list[_Fault] = []
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> Self:
        origin = self
        handler = type("OriginHandler", (_Handler,), {"origin": origin})
        self._server = _Server(("127.0.0.1", self.port), handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def host(self) -> str:
        """host:port, as FETCH_ALLOWED_PRIVATE_HOSTS wants it."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that send every fetch of Broadsheet here, without arXiv's spacing."""
        return {
            "ARXIV_SPACING_SECONDS": 0.0,
            "ARXIV_LIST_SPACING_SECONDS": 0.0,
            "ARXIV_RSS_URL": f"{self.url}/rss",
            "ARXIV_API_URL": f"{self.url}/api/query",
            "ARXIV_OAI_URL": f"{self.url}/oai",
            "ARXIV_LIST_URL": f"{self.url}/list",
            "HUGGINGFACE_URL": f"{self.url}/api/daily_papers",
            "GITHUB_URL": f"{self.url}/repos",
            "CROSSREF_URL": f"{self.url}/works",
            "SEMANTIC_SCHOLAR_URL": f"{self.url}/graph/v1/paper/batch",
            "FETCH_ALLOWED_PRIVATE_HOSTS": [self.host],
        }

    @property
    def environment(self) -> dict[str, str]:
        """The same for a process of its own."""
        return {
            name: ",".join(value) if isinstance(value, list) else str(value)
            for name, value in self.settings.items()
        }

    def fail_next(
        self,
        *,
        status: int = 503,
        retry_after: str | int | None = None,
        body: bytes = b"",
        content_type: str = "text/html",
        path: str = "/",
        times: int = 1,
    ) -> None:
        """Answer the next `times` requests whose path begins with `path` with this instead."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self._faults += [_Fault(path, Reply(status, content_type, body, headers))] * times

    def inject(self, **faults: Any) -> None:
        """Put these faults (fields of Faults) in force, and end all others."""
        self.faults = Faults(**faults)

    def answer(self, path: str) -> Reply:
        """The answer to a GET of `path` (with its query), faults first."""
        if reply := self._fault_at(path):
            return reply
        parts = urlsplit(path)
        return self._route(unquote(parts.path), Query(dict(parse_qsl(parts.query))))

    def answer_posted(self, path: str, body: bytes) -> Reply:
        """The answer to a POST of `body`, faults first."""
        if reply := self._fault_at(path):
            return reply
        if path == "/_day":
            return self._move(body)
        if path.startswith("/graph/v1/paper/batch?"):
            return answer_batch(self.citations, body)
        return Reply(404, TEXT, b"Not found")

    def _fault_at(self, path: str) -> Reply | None:
        for fault in self._faults:
            if path.startswith(fault.path):
                self._faults.remove(fault)
                return fault.reply
        return None

    def _move(self, body: bytes) -> Reply:
        try:
            self.day = date.fromisoformat(body[:100].decode("ascii", "replace").strip())
        except ValueError:
            return Reply(400, TEXT, b"Send a date such as 2026-03-02.")
        return Reply(200, TEXT, self.day.isoformat().encode())

    def _route(self, path: str, query: Query) -> Reply:
        if path.startswith(("/rss/", "/atom/", "/list/")):
            return self._answer_batch(path)
        if path == "/api/query":
            return answer_query(self.library, self.day, query, self.faults)
        if path == "/oai":
            return self.oai.answer(self.library, self.day, query)
        if path == "/api/daily_papers":
            return answer_daily_papers(
                self.hf_directory, self.hf_lists, self.day, query, self.url + path
            )
        if path.startswith(("/repos/", "/repositories/")):
            return self.github.answer(path, self.url)
        if path.startswith("/works/"):
            return answer_work(self.works, path.removeprefix("/works/"))
        if path.startswith("/feeds/"):
            return answer_feed(path[len("/feeds/") :].removesuffix(".xml"), self.day, self.url)
        if path == "/_day":
            return Reply(200, TEXT, self.day.isoformat().encode())
        return Reply(404, TEXT, b"Not found")

    def _answer_batch(self, path: str) -> Reply:
        """The batch of today, or the one before where it is not out yet or a feed lags."""
        _, kind, wanted = path.split("/", 2)
        out = self.day if self.faults.is_batch_out else self.library.day_before(self.day)
        if kind == "list":
            return answer_list(self.library, out, wanted.removesuffix("/new"))
        is_stale = wanted in self.faults.stale_categories
        shown = self.library.day_before(out) if is_stale else out
        answer = answer_atom if kind == "atom" else answer_rss
        return answer(self.library, shown, wanted, built_on=out)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        # Broadsheet shuts the socket once it has its answer, sometimes before we look again.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    origin: Origin
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._log()
        reply = self.origin.answer(self.path)
        etag = f'"{hashlib.sha256(reply.body).hexdigest()[:32]}"'
        modified = _last_modified(self.origin.day)
        if reply.status != HTTPStatus.OK:
            self._send(reply, {})
        elif self._has_it(etag, modified):
            self._send(Reply(HTTPStatus.NOT_MODIFIED, "", b""), {"ETag": etag})
        else:
            self._send(reply, {"ETag": etag, "Last-Modified": modified})

    def do_POST(self) -> None:
        """A question of many ids; or move the day: `POST /_day` with the date as body."""
        self._log()
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 1_000_000))
        self._send(self.origin.answer_posted(self.path, body), {})

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal: `Origin.on_request` tells who asks."""

    def _has_it(self, etag: str, modified: str) -> bool:
        known = self.headers.get("If-None-Match")
        if known is not None:
            return etag in known
        return self.headers.get("If-Modified-Since") == modified

    def _log(self) -> None:
        request = LoggedRequest(self.command, self.path, time.monotonic(), dict(self.headers))
        self.origin.requests.append(request)
        self.origin.on_request(request)

    def _send(self, reply: Reply, validators: dict[str, str]) -> None:
        self.send_response(reply.status)
        if reply.content_type:
            self.send_header("Content-Type", reply.content_type)
        for name, value in (reply.headers | validators).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)


def _last_modified(day: date) -> str:
    return format_datetime(datetime(day.year, day.month, day.day, 5, tzinfo=UTC), usegmt=True)
