import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import LimitRequestLine
from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser

import config.web
from config.supervisor.children import describe_child
from config.web import PunctualUnreader


def read(address: str) -> Request:
    """The request for `address`, as the site's web processes read it."""
    config = Config()
    for argument in describe_child("web").command:
        name, _equals, value = argument.partition("=")
        if name.startswith("--limit-"):
            config.set(name.removeprefix("--").replace("-", "_"), value)
    line = f"GET {address} HTTP/1.1\r\nHost: x\r\nHX-Current-URL: {address[:30_000]}\r\n\r\n"
    return next(RequestParser(config, iter([line.encode()]), ("127.0.0.1", 1)))


@pytest.mark.parametrize("letter", ["k", "\u0643", "\u6a21"])
def test_an_address_with_10_000_letters_reaches_the_page(letter: str) -> None:
    asked = quote(letter * 10_000)
    assert read(f"/search/?q={asked}").query == f"q={asked}"


def test_an_address_without_end_does_not() -> None:
    with pytest.raises(LimitRequestLine):
        read(f"/search/?q={'k' * 200_000}")


PATIENCE = 0.3


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[socket.socket, PunctualUnreader]]:
    """A client's end, and what the site reads from it and waits for no longer than PATIENCE."""
    monkeypatch.setattr(config.web, "REQUEST_SECONDS", PATIENCE)
    client, server = socket.socketpair()
    with client, server:
        yield client, PunctualUnreader(server)


def test_gunicorn_reads_by_it(line: tuple[socket.socket, PunctualUnreader]) -> None:
    reading = RequestParser(Config(), line[0], ("127.0.0.1", 1))
    assert isinstance(reading.unreader, PunctualUnreader)


@pytest.mark.parametrize("sent", [b"", b"G"])
def test_who_sends_no_more_is_hung_up_on(
    line: tuple[socket.socket, PunctualUnreader], sent: bytes
) -> None:
    client, unreader = line
    client.sendall(sent)
    if sent:
        assert unreader.chunk() == sent
    with pytest.raises(ConnectionResetError):
        unreader.chunk()


def test_who_sends_in_drops_is_hung_up_on(line: tuple[socket.socket, PunctualUnreader]) -> None:
    client, unreader = line
    threading.Thread(target=drip, args=(client, 40), daemon=True).start()
    assert 0 < read_all(unreader) < 20


def read_all(unreader: PunctualUnreader) -> int:
    """Return how many bytes came before it hung up."""
    read = 0
    try:
        while True:
            read += len(unreader.chunk())
    except ConnectionResetError:
        return read


def drip(client: socket.socket, drops: int) -> None:
    for _drop in range(drops):
        time.sleep(0.05)
        with suppress(OSError):
            client.sendall(b"x")


def test_where_enough_are_waited_for_another_is_hung_up_on_at_once(
    line: tuple[socket.socket, PunctualUnreader], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PunctualUnreader, "places", threading.Semaphore(1))
    client, unreader = line
    unreader._left = 60.0
    with PunctualUnreader.places, pytest.raises(ConnectionResetError):
        unreader.chunk()
    # And for good: neither the view nor gunicorn, for the rest of the body, waits once more.
    unreader.sock.settimeout(5.0)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        unreader.chunk()
    assert time.monotonic() - began < 2
    unreader.sock.settimeout(None)
    unreader.begin()
    client.sendall(b"G")
    with PunctualUnreader.places:
        assert unreader.chunk() == b"G"


def test_a_long_body_and_the_next_request_have_their_time(
    line: tuple[socket.socket, PunctualUnreader],
) -> None:
    client, unreader = line
    client.sendall(b"x" * 4_000)
    unreader.chunk()
    assert unreader._left > 1.5
    unreader.begin()
    assert unreader._left == PATIENCE


def test_a_wait_that_gunicorn_sets_itself_ends_as_it_expects(
    line: tuple[socket.socket, PunctualUnreader],
) -> None:
    _client, unreader = line
    unreader.sock.settimeout(0.1)
    with pytest.raises(TimeoutError):
        unreader.chunk()
    assert unreader.sock.gettimeout() == 0.1
