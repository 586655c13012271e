import gzip
import socket
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from papers.answer_counts import count_answer, forget_old_counts
from papers.feeds.records import FetchError
from papers.models import AnswerCount
from tests.papers.feeds.asking import allowed_server, fetch, fetch_once
from tests.papers.feeds.serving import answer

pytestmark = pytest.mark.django_db


def counts() -> list[tuple[str, int, int]]:
    rows = AnswerCount.objects.order_by("outcome")
    return list(rows.values_list("outcome", "answers", "received_bytes"))


def test_answers_of_a_day_add_up() -> None:
    for received_bytes in (10, 5):
        count_answer("example.org:443", "200", received_bytes)
    count_answer("example.org:443", "304", 0)
    assert counts() == [("200", 2, 15), ("304", 1, 0)]
    assert set(AnswerCount.objects.values_list("day", flat=True)) == {datetime.now(UTC).date()}


def test_old_counts_are_forgotten() -> None:
    count_answer("example.org:443", "200", 10)
    today = datetime.now(UTC).date()
    assert forget_old_counts(today=today + timedelta(days=90)) == 0
    assert forget_old_counts(today=today + timedelta(days=92)) == 1


def test_every_answer_on_the_way_is_counted(settings: Settings) -> None:
    def reply(connection: socket.socket, request: str) -> None:
        is_first = request.startswith("GET /old ")
        connection.sendall(answer("301 Moved\nLocation: /new" if is_first else "200 OK", b"x" * 9))

    with allowed_server(settings, reply) as url:
        fetch(f"{url}/old", count=count_answer)
    assert counts() == [("200", 1, 9), ("301", 1, 0)]


def test_bytes_are_counted_as_they_came(settings: Settings) -> None:
    packed = gzip.compress(b"words " * 50_000)
    fetch_once(settings, answer("200 OK\nContent-Encoding: gzip", packed), count=count_answer)
    assert counts() == [("200", 1, len(packed))]


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        (answer("500 No"), "500"),
        (answer("429 Later"), "429"),
        (answer("200 OK", b"x" * 2_000), "too_large"),
        (answer("200 OK\nContent-Encoding: br", b"x"), "broken"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut", "broken"),
        (b"", "unreachable"),
    ],
)
def test_what_is_no_answer_is_counted_too(settings: Settings, data: bytes, outcome: str) -> None:
    with pytest.raises(FetchError):
        fetch_once(settings, data, count=count_answer, largest_bytes=1_000)
    assert [(found, answers) for found, answers, _bytes in counts()] == [(outcome, 1)]


def test_a_drip_is_counted_as_too_slow(settings: Settings) -> None:
    def reply(connection: socket.socket, request: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
        connection.recv(1)

    with allowed_server(settings, reply) as url, pytest.raises(FetchError):
        fetch(url, count=count_answer, total_seconds=0.3)
    assert counts() == [("too_slow", 1, 1)]


def test_an_address_that_is_not_dialled_is_counted_as_refused() -> None:
    with pytest.raises(FetchError, match="private"):
        fetch("http://10.0.0.1/", count=count_answer)
    assert counts() == [("refused", 1, 0)]
