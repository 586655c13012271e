import gzip
import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytest_django import Settings

from papers.feeds.patience import at_most
from papers.feeds.records import FetchError
from tests.papers.feeds.asking import allowed_server, always, fetch, fetch_once
from tests.papers.feeds.serving import Reply, answer

pytestmark = pytest.mark.promise(22)

ZEROS = bytes(20_000_000)
# A gzip header, then a block of 65,535 bytes as they are: whatever follows is unpacked at once.
STORED = gzip.compress(b"", mtime=0)[:10] + b"\x00\xff\xff\x00\x00"


@contextmanager
def ends_within(seconds: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


def endless(head: bytes, piece: bytes, pause_seconds: float = 0.0) -> Reply:
    def reply(connection: socket.socket, request: str) -> None:
        connection.sendall(head)
        for _piece in range(1_000_000):
            connection.sendall(piece)
            time.sleep(pause_seconds)

    return reply


def test_a_hundred_megabytes_are_not_read(settings: Settings) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"
    settings.FETCH_LARGEST_MB = 2
    with (
        ends_within(5),
        allowed_server(settings, endless(head, b"x" * 100_000)) as url,
        pytest.raises(FetchError, match="more than 2 MB"),
    ):
        fetch(url)


@pytest.mark.parametrize(
    ("coding", "bomb"),
    [("gzip", gzip.compress(ZEROS, mtime=0)), ("deflate", zlib.compress(ZEROS))],
    ids=["gzip", "deflate"],
)
def test_a_bomb_is_measured_unpacked(settings: Settings, coding: str, bomb: bytes) -> None:
    with pytest.raises(FetchError, match="more than 15 MB"):
        fetch_once(settings, answer(f"200 OK\nContent-Encoding: {coding}", bomb))


def test_brotli_is_neither_asked_for_nor_read(settings: Settings) -> None:
    with pytest.raises(FetchError, match=r"compression is broken .*'br', not asked for"):
        fetch_once(settings, answer("200 OK\nContent-Encoding: br", b"\xcf\xff\xff\x7f\xf8'"))


def test_a_compressed_body_is_unpacked(settings: Settings) -> None:
    packed = gzip.compress(b"words " * 50_000)
    response = fetch_once(settings, answer("200 OK\nContent-Encoding: gzip", packed))
    assert response.body == b"words " * 50_000


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n900\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + STORED,
        b"HTTP/1.1 ",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"",
    ],
)
def test_a_drip_ends_in_time_in_headers_and_body(settings: Settings, head: bytes) -> None:
    with (
        ends_within(3),
        allowed_server(settings, endless(head, b"1", pause_seconds=0.05)) as url,
        pytest.raises(FetchError, match=r"within 0\.5 seconds"),
    ):
        fetch(url, total_seconds=0.5)


def test_who_waits_for_seconds_only_is_not_kept_by_a_drip(settings: Settings) -> None:
    with (
        ends_within(4),
        allowed_server(settings, endless(b"HTTP/1.1 ", b"1", pause_seconds=0.05)) as url,
        at_most(0.5),
        pytest.raises(FetchError, match=r"within 0\.5 seconds"),
    ):
        fetch(url, total_seconds=30.0)


@pytest.mark.parametrize(
    "piece", [b"x" * 65_536, b"X: y\r\n" * 1_000, b"HTTP/1.1 100 Continue\r\n\r\n"]
)
def test_an_endless_header_is_not_read_to_its_end(settings: Settings, piece: bytes) -> None:
    head = b"" if piece.startswith(b"HTTP") else b"HTTP/1.1 200 OK\r\nX-Long: "
    with (
        ends_within(5),
        allowed_server(settings, endless(head, piece)) as url,
        pytest.raises(FetchError, match=r"could not be reached|within 1 seconds"),
    ):
        fetch(url, total_seconds=1.0)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "could not be reached"),
        (b"garbage\r\n\r\n", "could not be reached"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\ncut", "broke off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ncut", "broke off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-9\r\ncut", "broke off"),
        (answer("200 OK\nContent-Encoding: gzip", b"not gzip"), "compression is broken"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "could not be reached"),
    ],
)
def test_a_broken_answer_is_an_error_in_words(settings: Settings, data: bytes, reason: str) -> None:
    with pytest.raises(FetchError, match=reason):
        fetch_once(settings, data)


def test_a_closed_port_is_an_error_in_words(settings: Settings) -> None:
    with allowed_server(settings, always(b"")) as url:
        pass
    with pytest.raises(FetchError, match=r"127\.0\.0\.1 could not be reached \(it refuses"):
        fetch(url)


def test_words_about_an_answer_can_always_be_stored(settings: Settings) -> None:
    with pytest.raises(FetchError, match="not proper HTTP") as caught:
        fetch_once(settings, b"\x00\xff HT\x00TP\r\n\r\n")
    assert str(caught.value).isprintable()
