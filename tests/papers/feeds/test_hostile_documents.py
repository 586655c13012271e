import socket
import time
from pathlib import Path

import pytest

from papers.feeds.records import FeedError
from tests.papers.feeds import hostile
from tests.papers.feeds.parsers import PARSERS
from tests.papers.feeds.serving import serving

pytestmark = pytest.mark.promise(23)

CASES = [(name, shape) for name, parser in PARSERS.items() for shape in parser.shapes]


def read(name: str, body: bytes) -> str:
    """What reading gave, in words: a result or a FeedError; anything else fails the test."""
    try:
        return repr(PARSERS[name](body))
    except FeedError as error:
        return str(error)


@pytest.mark.parametrize("bomb", hostile.BOMBS)
@pytest.mark.parametrize(("name", "shape"), CASES)
def test_no_document_is_unfolded_and_none_takes_long(name: str, shape: str, bomb: str) -> None:
    body = hostile.BOMBS[bomb](shape)
    started = time.process_time()
    assert len(read(name, body)) < len(body) + 2_000
    assert time.process_time() - started < 5


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_no_file_is_read_for_a_document(name: str, shape: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret words")
    assert "the secret words" not in read(name, hostile.external(secret.as_uri())(shape))


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_no_address_is_dialled_for_a_document(name: str, shape: str) -> None:
    dialled: list[str] = []

    def reply(connection: socket.socket, request: str) -> None:
        dialled.append(request)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nthe secret words")

    with serving(reply) as host:
        read(name, hostile.external(f"http://{host}/x")(shape))
    assert dialled == []
