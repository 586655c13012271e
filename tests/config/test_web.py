from urllib.parse import quote

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import LimitRequestLine
from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser

import config.web  # noqa: F401 - as the workers of gunicorn do
from config.supervisor.children import describe_child


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
