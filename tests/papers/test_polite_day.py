"""Promise 19 in bytes: what a day of a feed that stays as it is costs its host."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from papers import refresh
from papers.models import AnswerCount, Paper, Source
from papers.source_turns import claim
from tests.factories import make_source
from tests.papers.feeds.asking import allowed_server
from tests.papers.feeds.serving import answer

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
DAY = timedelta(days=1)
MOST_OF_A_304 = 2_000
# As many headers as a content network sends, with both validators.
HEAD = """{status}
Date: Mon, 02 Mar 2026 17:00:00 GMT
Server: nginx
Cache-Control: public, max-age=600
Strict-Transport-Security: max-age=31536000; includeSubDomains; preload
Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'
X-Request-Id: 0b5f4d7e-6d3c-4d6c-9f0e-2f4c7e1a9b33
Vary: Accept-Encoding"""
VALIDATORS = """
ETag: "0123456789abcdef0123456789abcdef"
Last-Modified: Mon, 02 Mar 2026 05:00:00 GMT"""
ENTRY = (
    "<item><title>On windmill {0}</title><link>https://example.org/{0}</link>"
    "<description>{1}</description></item>"
)
ENTRIES = "".join(ENTRY.format(number, "It turns. " * 100) for number in range(40))
FEED = f'<rss version="2.0"><channel>{ENTRIES}</channel></rss>'.encode()


@dataclass
class Journal:
    """Its feed never changes; `asked` has the bytes of each question with its answer, by status.

    They are those of the connection, heads and all, without TLS.
    """

    validators: str = VALIDATORS
    body_of_304: bytes = b""
    asked: list[tuple[int, int]] = field(default_factory=list)

    def reply(self, connection: socket.socket, request: str) -> None:
        is_known = '"0123456789abcdef0123456789abcdef"' in request
        status, words = (304, "304 Not Modified") if is_known else (200, "200 OK")
        body = self.body_of_304 if is_known else FEED
        said = answer(HEAD.format(status=words) + self.validators, body)
        self.asked.append((status, len(request.encode("latin-1")) + len(said)))
        connection.sendall(said)

    def bytes_of(self, status: int) -> list[int]:
        return [each for asked, each in self.asked if asked == status]


@contextmanager
def followed(settings: Settings, journal: Journal) -> Iterator[Source]:
    with allowed_server(settings, journal.reply) as url:
        yield make_source(kind=Source.Kind.SYNDICATION, key=f"{url}/feed", next_due_at=NOON)


def read_for(source: Source, time: timedelta) -> None:
    """Read the source each time it is due, as the worker does, by a clock that jumps there."""
    while source.next_due_at < NOON + time:
        now = source.next_due_at
        claimed = claim(source.pk, now=now)
        assert claimed is not None
        assert refresh.refresh(claimed, now=now).error == ""
        source.refresh_from_db()
        assert source.next_due_at >= now + timedelta(hours=1)


@pytest.mark.promise(19)
def test_a_day_of_an_unchanged_feed_costs_its_host_little(settings: Settings) -> None:
    polite, whole = Journal(), Journal(validators="")
    for journal in (polite, whole):
        with followed(settings, journal) as source:
            source.interval_minutes = 60
            source.save()
            read_for(source, DAY)
    assert len(polite.asked) == len(whole.asked) == 24
    assert [status for status, _bytes in polite.asked] == [200] + [304] * 23
    assert max(polite.bytes_of(304)) < MOST_OF_A_304
    # Asking whole is the control: it counts as many readings, and so the difference is a 304's.
    assert {status for status, _bytes in whole.asked} == {200}
    assert min(whole.bytes_of(200)) > len(FEED)
    assert sum(polite.bytes_of(304)) < 23 * MOST_OF_A_304 < sum(whole.bytes_of(200)) / 20
    assert Paper.objects.count() == 40


@pytest.mark.promise(19)
def test_what_comes_after_a_304_is_not_read(settings: Settings) -> None:
    journal = Journal(body_of_304=FEED)
    with followed(settings, journal) as source:
        read_for(source, timedelta(hours=5))
    assert [status for status, _bytes in journal.asked][:2] == [200, 304]
    received = AnswerCount.objects.values_list("outcome", "received_bytes")
    assert dict(received) == {"200": len(FEED), "304": 0}
    assert Paper.objects.count() == 40
