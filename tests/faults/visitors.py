"""Visitors and readers of a whole site while it is broken: what each got, and what was promised.

Some look at pages, some are logged in, some write lists, or vote and mark papers, some write what a
worker is told of at once. Each asks once a pause, whether it was answered before or not, and time
counts from when it wanted to ask: a site that stands still is asked as much as one that answers,
and all who wait are counted. A write counts as acknowledged when the answer leads where a write
done leads.
"""

import http.client
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode
from uuid import uuid4

from benchmarks.asking import cookie_of

PATHS = ("/", "/trending/now/", "/new/", "/ranking/", "/search/?q=model", "/status/")
OWN_PATHS = ("/", "/lists/", "/settings/", "/follows/")
PAUSE_SECONDS = 0.3
# Longer than any answer that is of use: no answer in that time is a status of 0.
PATIENCE_SECONDS = 40.0
OTHER_WRITES = 0.5
# A search that is followed already is no new row, and a worker is told of it all the same.
SEARCHES = 40
CSRF = "f" * 32
GOOD = (200, 302, 304)
_LIST = re.compile(r"/lists/\d+/")
_NOT_LOGIN = re.compile(r"/(?!accounts/).*")


@dataclass(frozen=True, slots=True)
class Request:
    """A write has a `form` and leads to what `leads_to` matches where it was done."""

    kind: str
    path: str
    cookie: str = ""
    form: Mapping[str, str] | None = None
    leads_to: re.Pattern[str] = _NOT_LOGIN

    def is_done_by(self, status: int, place: str) -> bool:
        if self.form is None:
            return status in (200, 304)
        return status == 302 and self.leads_to.fullmatch(place) is not None

    def head_and_body(self) -> tuple[dict[str, str], str | None]:
        head = {"Cookie": self.cookie} if self.cookie else {}
        if self.form is None:
            return head, None
        head |= {
            "Cookie": f"{self.cookie}; csrf={CSRF}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return head, urlencode({**self.form, "csrfmiddlewaretoken": CSRF})


@dataclass(frozen=True, slots=True)
class Answer:
    """`asked_at` and `at` by the monotonic clock; status 0 where none came, 1 where nobody was.

    `is_good`: the page, or the write was done. `is_clear`: that, or a fault told in words, with the
    time to come again and no traceback.
    """

    kind: str
    path: str
    asked_at: float
    at: float
    status: int
    is_good: bool
    is_clear: bool

    @property
    def seconds(self) -> float:
        return self.at - self.asked_at


@dataclass
class Visitors:
    """`cookies` are those of readers who are logged in (`cookies_of`); `writers` of them write.

    With `papers` every other write is a vote for one of them, or a mark on it, each time by another
    reader: votes of one are few an hour. `nudgers` follow searches, and once `is_due` is set ask
    for the issue of the day as well: before, it would go out while a run forgets the issues of the
    last.
    """

    port: int
    cookies: Sequence[str]
    papers: Sequence[int] = ()
    pages: int = 2
    readers: int = 1
    writers: int = 2
    nudgers: int = 0
    pause_seconds: float = PAUSE_SECONDS
    answers: list[Answer] = field(default_factory=list)
    acknowledged: list[Request] = field(default_factory=list)
    is_due: threading.Event = field(default_factory=threading.Event)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def visiting(self) -> Iterator[None]:
        wishes = [self._pages] * self.pages + [self._own_pages] * self.readers
        wishes += [self._writes] * self.writers + [self._nudges] * self.nudgers
        threads = [
            threading.Thread(target=self._keep_asking, args=(each(number),))
            for number, each in enumerate(wishes)
        ]
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
        """What was acknowledged and is not there, in words; and that nothing was acknowledged."""
        if not self.acknowledged:
            return ["no write was acknowledged"]
        return [
            *self._lost_lists(),
            *self._lost_marks(),
            *self._lost_follows(),
            *self._wrong_counters(),
        ]

    def recovery_seconds(self, since: float) -> float | None:
        """Seconds from `since` to the last answer that was not good; None when they go on.

        What was asked before `since` and answered after counts.
        """
        later = [answer for answer in list(self.answers) if answer.at >= since]
        last_bad = max((answer.at for answer in later if not answer.is_good), default=since)
        kinds = {answer.kind for answer in later if answer.asked_at > last_bad and answer.is_good}
        return last_bad - since if kinds == {"page", "reader", "write"} else None

    def _lost_lists(self) -> list[str]:
        from readinglists.models import ReadingList

        done = [each.form for each in self.acknowledged if each.form and "title" in each.form]
        wanted = [form["title"] for form in done]
        there = set(ReadingList.objects.filter(title__in=wanted).values_list("title", flat=True))
        return [f"list {title}" for title in wanted if title not in there]

    def _lost_marks(self) -> list[str]:
        from readinglists.models import ReadingState

        readers = self._readers()
        done = [each for each in self.acknowledged if each.form and "state" in each.form]
        wanted = {(readers[each.cookie], int(each.path.split("/")[3])) for each in done}
        read = ReadingState.objects.filter(state=ReadingState.State.READ)
        lost = wanted - set(read.values_list("user_id", "paper_id"))
        return [f"mark of reader {reader} on paper {paper}" for reader, paper in sorted(lost)]

    def _lost_follows(self) -> list[str]:
        from accounts.models import Follow

        readers = self._readers()
        done = [each for each in self.acknowledged if each.form and "q" in each.form]
        wanted = {(readers[each.cookie], each.form["q"]) for each in done if each.form}
        lost = wanted - set(Follow.objects.values_list("user_id", "name"))
        return [f"reader {reader} follows {search}" for reader, search in sorted(lost)]

    def _readers(self) -> dict[str, int]:
        """The numbers of the readers by their cookies."""
        from accounts.models import User

        pks = User.objects.order_by("pk").values_list("pk", flat=True)[: len(self.cookies)]
        return dict(zip(self.cookies, pks, strict=True))

    def _wrong_counters(self) -> list[str]:
        """Votes are given and taken back at once by many: what must agree is the sum of each."""
        from papers.models import PaperStats, Vote

        counted = Counter(
            Vote.objects.filter(paper__in=self.papers, counted_at__isnull=False).values_list(
                "paper_id", flat=True
            )
        )
        said = PaperStats.objects.filter(paper__in=self.papers).values_list("paper_id", "votes")
        return [
            f"paper {paper} has {counted[paper]} votes and says {votes}"
            for paper, votes in said
            if votes != counted[paper]
        ]

    def _pages(self, number: int) -> Iterator[Request]:
        for turn in count(number + 1):
            yield Request("page", PATHS[turn % len(PATHS)])

    def _own_pages(self, number: int) -> Iterator[Request]:
        cookie = self.cookies[number % len(self.cookies)]
        for turn in count(number + 1):
            yield Request("reader", OWN_PATHS[turn % len(OWN_PATHS)], cookie)

    def _writes(self, number: int) -> Iterator[Request]:
        chance = random.Random(number)  # noqa: S311
        while True:
            cookie = chance.choice(self.cookies)
            if self.papers and chance.random() < OTHER_WRITES:
                pk = chance.choice(self.papers)
                if chance.random() < OTHER_WRITES:
                    form = {"voted": chance.choice("01")}
                    yield Request("write", f"/paper/number/{pk}/vote/", cookie, form)
                else:
                    yield Request("write", f"/lists/states/{pk}/", cookie, {"state": "read"})
                continue
            form = {"title": uuid4().hex, "description": ""}
            yield Request("write", "/lists/new/", cookie, form, _LIST)

    def _nudges(self, number: int) -> Iterator[Request]:
        chance = random.Random(number)  # noqa: S311
        for turn in count():
            cookie = chance.choice(self.cookies)
            if turn % 2 and self.is_due.is_set():
                yield Request("nudge", "/issues/send-now/", cookie, {})
            else:
                form = {"q": f"lighthouse{chance.randrange(SEARCHES)} keeper"}
                yield Request("nudge", "/follows/follow/", cookie, form)

    def _keep_asking(self, wishes: Iterator[Request]) -> None:
        due, asking = time.monotonic(), list[threading.Thread]()
        for request in wishes:
            due += self.pause_seconds
            if self._is_over.wait(max(due - time.monotonic(), 0.0)):
                break
            thread = threading.Thread(target=self._ask, args=(request, due))
            thread.start()
            asking = [*(each for each in asking if each.is_alive()), thread]
        for thread in asking:
            thread.join()

    def _ask(self, request: Request, due: float) -> None:
        """Ask, and remember the answer."""
        status, is_good, is_clear = 0, False, False
        method = "GET" if request.form is None else "POST"
        head, body = request.head_and_body()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, request.path, body, head)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            status = answer.status
            is_good = request.is_done_by(status, answer.getheader("Location", ""))
            is_clear = is_good or (
                "<h1" in text and "Traceback" not in text and "Retry-After" in answer.headers
            )
        except (ConnectionError, http.client.HTTPException):
            status = 1
        except TimeoutError:
            status = 0
        finally:
            connection.close()
        if is_good and request.form is not None:
            self.acknowledged.append(request)
        now = time.monotonic()
        self.answers.append(Answer(request.kind, request.path, due, now, status, is_good, is_clear))


def percentile_ms(answers: Sequence[Answer], share: float) -> float:
    """Milliseconds within which `share` of the answers came; endless where there are none."""
    times = sorted(answer.seconds for answer in answers)
    return times[min(int(share * len(times)), len(times) - 1)] * 1000 if times else float("inf")


def statuses(answers: Sequence[Answer]) -> str:
    """`200: 12, 503: 3`, for the table."""
    words = {0: "no answer", 1: "refused"}
    counts = Counter(answer.status for answer in answers)
    return "; ".join(
        f"{words.get(status, status)}: {times}" for status, times in sorted(counts.items())
    )


def cookies_of(readers: int) -> list[str]:
    """Log the first so many readers in, made where there are none, and return their cookies."""
    from accounts.models import User

    found = list(User.objects.order_by("pk")[:readers])
    found += [
        User.objects.create(email=f"visitor{number}@example.org", password="!")
        for number in range(readers - len(found))
    ]
    return [cookie_of(reader) for reader in found]
