"""Readers at work: pages, votes, saved papers; what was answered, what was lost and when.

They are sent round the web machines in turn. Only a connection that cannot be made is made again,
elsewhere, as nginx does with what it has not sent yet; or nginx itself is asked, by TLS.
"""

import http.client
import itertools
import random
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

PAGES = ("/", "/trending/", "/search/?q=model", "/search/?q=learning&sort=new", "/status/", "/new/")
_PATIENCE_SECONDS = 30.0
_WRITES = 0.25
CSRF = "k" * 32


@dataclass(frozen=True, slots=True)
class Reader:
    """`session` is the key of one who is logged in."""

    pk: int
    session: str


@dataclass
class Seen:
    """`lost` are when a request that got no answer began and ended; `voted` and `saved` are
    (reader, paper) whose answer came; `sent` those of which it may have come too."""

    answers: Counter[int] = field(default_factory=Counter)
    elsewhere: int = 0
    nowhere: int = 0
    lost: list[tuple[float, float]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    voted: set[tuple[int, int]] = field(default_factory=set)
    saved: set[tuple[int, int]] = field(default_factory=set)
    sent: set[tuple[int, int]] = field(default_factory=set)

    def total(self) -> int:
        return sum(self.answers.values())


class Load:
    """As many requests at a time as readers; use it as a context manager."""

    def __init__(
        self,
        site_url: str,
        ports: Sequence[int],
        readers: Sequence[Reader],
        papers: Sequence[int],
        *,
        tls: bool = False,
    ) -> None:
        self._tls = ssl._create_unverified_context() if tls else None  # noqa: S323 - its own
        self.seen = Seen()
        self._site = urlsplit(site_url)
        self._ports = ports
        self._turns = itertools.count()
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(reader, list(papers)), daemon=True)
            for reader in readers
        ]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _work(self, reader: Reader, papers: list[int]) -> None:
        chance = random.Random(reader.pk)
        writes = _writes(reader, papers, chance)
        while not self._is_over.is_set():
            write = next(writes, None) if chance.random() < _WRITES else None
            if write is None:
                page = chance.choice([*PAGES, f"/paper/number/{chance.choice(papers)}/"])
                self._ask("GET", page, reader if chance.random() < 0.5 else None)
                continue
            kind, path, form, paper = write
            with self._lock:
                self.seen.sent.add((reader.pk, paper))
            status = self._ask("POST", path, reader, form)
            if status and status < 400:
                with self._lock:
                    kept = self.seen.voted if kind == "vote" else self.seen.saved
                    kept.add((reader.pk, paper))

    def _ask(
        self, method: str, path: str, reader: Reader | None, form: dict[str, str] | None = None
    ) -> int | None:
        """Return the status; None where no answer came."""
        began = time.monotonic()
        connection = self._connect()
        if connection is None:
            return None
        body = urlencode({**form, "csrfmiddlewaretoken": CSRF}) if form else None
        try:
            connection.request(method, path, body, self._headers(reader))
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            with self._lock:
                self.seen.lost.append((began, time.monotonic()))
            return None
        finally:
            connection.close()
        with self._lock:
            self.seen.answers[answer.status] += 1
            if answer.status >= 400:
                self.seen.faults.append(f"{answer.status} to {method} {path}")
        return answer.status

    def _connect(self) -> http.client.HTTPConnection | None:
        with self._lock:
            first = next(self._turns)
        for turn in range(len(self._ports)):
            port = self._ports[(first + turn) % len(self._ports)]
            connection = self._connection(port)
            try:
                connection.connect()
            except OSError:
                with self._lock:
                    self.seen.elsewhere += 1
            else:
                return connection
        with self._lock:
            self.seen.nowhere += 1
        return None

    def _connection(self, port: int) -> http.client.HTTPConnection:
        if self._tls is None:
            return http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
        return http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=_PATIENCE_SECONDS, context=self._tls
        )

    def _headers(self, reader: Reader | None) -> dict[str, str]:
        origin = f"{self._site.scheme}://{self._site.netloc}"
        headers = {
            "Host": self._site.netloc,
            "X-Forwarded-Proto": self._site.scheme,
            "X-Forwarded-For": f"10.0.0.{reader.pk % 250 if reader else 251}",
            "Origin": origin,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        if reader:
            headers["Cookie"] = f"__Host-session={reader.session}; __Host-csrf={CSRF}"
        return headers


def _writes(
    reader: Reader, papers: list[int], chance: random.Random
) -> Iterator[tuple[str, str, dict[str, str], int]]:
    """Every paper voted for once and saved once, in this reader's own order."""
    todo = [(kind, paper) for kind in ("vote", "save") for paper in papers]
    chance.shuffle(todo)
    for kind, paper in todo:
        if kind == "vote":
            yield kind, f"/paper/number/{paper}/vote/", {"voted": "1"}, paper
        else:
            yield kind, f"/lists/save/{paper}/", {"saved": "1"}, paper
