"""Visitors and readers of a whole site while it is broken: what each got, and what was promised.

Some look at pages, some are logged in, some write lists, or vote and mark papers; each asks again
after a pause, so that the load is the same whatever the answers are. A new list counts as
acknowledged when the answer leads to it.
"""

import http.client
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import uuid4

PATHS = ("/", "/trending/now/", "/new/", "/ranking/", "/search/?q=model", "/status/")
OWN_PATHS = ("/", "/lists/", "/settings/", "/follows/")
PAUSE_SECONDS = 0.3
# Longer than any answer that is of use: no answer in that time is a status of 0.
PATIENCE_SECONDS = 40.0
OTHER_WRITES = 0.5
CSRF = "f" * 32
_MADE = re.compile(r"/lists/\d+/")
GOOD = (200, 302, 304)


@dataclass(frozen=True, slots=True)
class Answer:
    """`asked_at` and `at` by the monotonic clock; status 0 where none came, 1 where nobody was.

    `is_clear`: good, or a fault told in words, with the time to come again and no traceback.
    """

    kind: str
    path: str
    asked_at: float
    at: float
    status: int
    is_clear: bool

    @property
    def seconds(self) -> float:
        return self.at - self.asked_at

    @property
    def is_good(self) -> bool:
        return self.status in GOOD


@dataclass
class Visitors:
    """`cookies` are those of readers who are logged in; `writers` of them write.

    With `papers` every other write is a vote for one of them, or a mark on it, each time by another
    reader: votes of one are few an hour.
    """

    port: int
    cookies: Sequence[str]
    papers: Sequence[int] = ()
    pages: int = 2
    readers: int = 1
    writers: int = 2
    pause_seconds: float = PAUSE_SECONDS
    answers: list[Answer] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def visiting(self) -> Iterator[None]:
        works = [self._look] * self.pages + [self._look_as_reader] * self.readers
        works += [self._write] * self.writers
        threads = [threading.Thread(target=work, args=(n,)) for n, work in enumerate(works)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            for thread in threads:
                thread.join()

    def between(self, begin: float, end: float, kind: str = "") -> list[Answer]:
        """The answers to what was asked from `begin` to `end`."""
        return [
            answer
            for answer in list(self.answers)
            if begin <= answer.asked_at < end and kind in ("", answer.kind)
        ]

    def lost(self) -> list[str]:
        """What was acknowledged and is not there."""
        from readinglists.models import ReadingList

        wanted = list(self.acknowledged)
        there = set(ReadingList.objects.filter(title__in=wanted).values_list("title", flat=True))
        return [title for title in wanted if title not in there]

    def recovery_seconds(self, since: float) -> float | None:
        """Seconds from `since` to the last answer that was not good; None when they go on.

        What was asked before `since` and answered after counts.
        """
        later = [answer for answer in list(self.answers) if answer.at >= since]
        last_bad = max((answer.at for answer in later if not answer.is_good), default=since)
        kinds = {answer.kind for answer in later if answer.asked_at > last_bad and answer.is_good}
        return last_bad - since if kinds == {"page", "reader", "write"} else None

    def _look(self, number: int) -> None:
        self._go_on("page", PATHS, number, "")

    def _look_as_reader(self, number: int) -> None:
        self._go_on("reader", OWN_PATHS, number, self.cookies[number % len(self.cookies)])

    def _go_on(self, kind: str, paths: Sequence[str], number: int, cookie: str) -> None:
        while not self._is_over.wait(self.pause_seconds):
            number += 1
            self._ask(kind, "GET", paths[number % len(paths)], {"Cookie": cookie} if cookie else {})

    def _write(self, number: int) -> None:
        chance = random.Random(number)  # noqa: S311
        while not self._is_over.wait(self.pause_seconds):
            cookie = chance.choice(self.cookies)
            if self.papers and chance.random() < OTHER_WRITES:
                pk = chance.choice(self.papers)
                if chance.random() < OTHER_WRITES:
                    self._post(f"/paper/number/{pk}/vote/", cookie, voted=chance.choice("01"))
                else:
                    self._post(f"/lists/states/{pk}/", cookie, state="read")
                continue
            title = uuid4().hex
            if _MADE.fullmatch(self._post("/lists/new/", cookie, title=title, description="")):
                self.acknowledged.append(title)

    def _post(self, path: str, cookie: str, **fields: str) -> str:
        """Return where the answer leads."""
        headers = {
            "Cookie": f"{cookie}; csrf={CSRF}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode({**fields, "csrfmiddlewaretoken": CSRF})
        return self._ask("write", "POST", path, headers, body)

    def _ask(
        self, kind: str, method: str, path: str, headers: dict[str, str], body: str = ""
    ) -> str:
        """Ask, remember the answer, return where it leads."""
        asked_at = time.monotonic()
        status, is_clear, place = 0, False, ""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            status, place = answer.status, answer.getheader("Location", "")
            is_clear = status in GOOD or (
                "<h1" in text and "Traceback" not in text and "Retry-After" in answer.headers
            )
        except (ConnectionError, http.client.HTTPException):
            status = 1
        except TimeoutError:
            status = 0
        finally:
            connection.close()
        self.answers.append(Answer(kind, path, asked_at, time.monotonic(), status, is_clear))
        return place


def percentile_ms(answers: Sequence[Answer], share: float) -> float:
    """Milliseconds within which `share` of the answers came; 0 where there are none."""
    times = sorted(answer.seconds for answer in answers)
    return times[min(int(share * len(times)), len(times) - 1)] * 1000 if times else 0.0


def statuses(answers: Sequence[Answer]) -> str:
    """`200: 12, 503: 3`, for the table."""
    words = {0: "no answer", 1: "refused"}
    counts = Counter(answer.status for answer in answers)
    return "; ".join(
        f"{words.get(status, status)}: {times}" for status, times in sorted(counts.items())
    )


def cookies_of(readers: int) -> list[str]:
    """Log so many readers in, made where there are none, and return their cookies."""
    from django.conf import settings
    from django.test import Client

    from accounts.models import User

    found = list(User.objects.order_by("pk")[:readers])
    found += [
        User.objects.create(email=f"visitor{number}@example.org", password="!")
        for number in range(readers - len(found))
    ]
    cookies = []
    for reader in found:
        client = Client()
        client.force_login(reader)
        name = settings.SESSION_COOKIE_NAME
        cookies.append(f"{name}={client.cookies[name].value}")
    return cookies
