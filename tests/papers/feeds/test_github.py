import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from papers.feeds.github import StarCount, fetch_stars, parse_stars, repository_name
from papers.feeds.records import FetchError, ParseError
from tests.origin import Origin
from tests.origin.asking import point_at
from tests.origin.github import GitHub
from tests.papers.feeds.sampling import SHARED, needs_shared_data


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/Example/Mills", "example/mills"),
        ("http://www.github.com/example/mills.git", "example/mills"),
        ("https://github.com/example/mills/tree/main/src?tab=readme#top", "example/mills"),
        ("https://github.com/example/.mills_2.0", "example/.mills_2.0"),
        ("https://github.com/example/", ""),
        ("https://github.com/example/..", ""),
        ("https://github.com/orgs/example", ""),
        ("https://github.com/exa%2Fmple/mills%00", ""),
        ("https://example.github.io/mills", ""),
        ("https://github.com.example.org/example/mills", ""),
        ("https://gitlab.com/example/mills", ""),
        ("https://[github.com/example/mills", ""),
        ("", ""),
    ],
)
def test_an_address_names_a_repository_or_none(url: str, name: str) -> None:
    assert repository_name(url) == name


def test_stars_are_read_under_the_present_name() -> None:
    body = b'{"full_name": "Example/Mills", "stargazers_count": 7, "forks_count": null}'
    assert parse_stars(body) == StarCount("example/mills", 7)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>", "did not answer in JSON: it begins “<html>”"),
        (b"[" * 100_000, "did not answer in JSON"),
        (b"[]", "not answer with a repository"),
        (b'{"message": "Not Found"}', "not answer with a repository"),
        (b'{"full_name": "a/b", "stargazers_count": null}', "not answer with a repository"),
        (b'{"full_name": "a/b", "stargazers_count": true}', "not answer with a repository"),
        (b'{"full_name": "a/b", "stargazers_count": -1}', "not answer with a repository"),
        (b'{"full_name": "../b c", "stargazers_count": 1}', "not answer with a repository"),
    ],
)
def test_what_is_no_repository_is_an_error_in_words(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parse_stars(body)


@pytest.fixture
def origin(settings: Settings, db: None) -> Iterator[Origin]:
    github = GitHub(stars={"Example/Mills": 7}, renamed={"old/mills": "Example/Mills"})
    with Origin(github=github) as running:
        point_at(running, settings)
        settings.GITHUB_TOKEN = ""
        yield running


def test_an_unchanged_count_is_not_sent_again(origin: Origin) -> None:
    first = fetch_stars("example/mills")
    assert parse_stars(first.body).stars == 7
    assert fetch_stars("example/mills", etag=first.etag).not_modified


def test_a_renamed_repository_is_followed(origin: Origin) -> None:
    assert parse_stars(fetch_stars("old/mills").body) == StarCount("example/mills", 7)


def test_a_repository_that_is_gone_is_a_404(origin: Origin) -> None:
    with pytest.raises(FetchError, match="HTTP 404") as caught:
        fetch_stars("example/gone")
    assert (caught.value.status, caught.value.host_wide) == (404, False)


def test_a_token_is_sent_and_is_no_must(origin: Origin, settings: Settings) -> None:
    fetch_stars("example/mills")
    settings.GITHUB_TOKEN = "abc_1"
    fetch_stars("example/mills")
    sent = [request.headers.get("Authorization") for request in origin.requests]
    assert sent == [None, "Bearer abc_1"]


def test_a_spent_allowance_says_when_it_is_full_again(origin: Origin) -> None:
    origin.github.allowance, origin.github.reset_at = 0, int(time.time()) + 1_000
    with pytest.raises(FetchError, match=r"asked it too often\. A GITHUB_TOKEN allows") as caught:
        fetch_stars("example/mills")
    assert caught.value.host_wide
    assert 900 < (caught.value.retry_after_seconds or 0) <= 1_000


@pytest.mark.parametrize(
    ("fault", "words", "is_host_wide"),
    [
        ({"status": 401}, "does not accept the GITHUB_TOKEN", True),
        ({"status": 403, "retry_after": 60}, "asked it too often", True),
        ({"status": 429}, "asked it too often", True),
        ({"status": 403}, "HTTP 403", False),
        ({"status": 500}, "HTTP 500", False),
    ],
)
def test_a_refusal_is_said_in_words(
    origin: Origin, fault: dict[str, Any], words: str, is_host_wide: bool
) -> None:
    origin.fail_next(path="/repos", **fault)
    with pytest.raises(FetchError, match=words) as caught:
        fetch_stars("example/mills")
    assert caught.value.host_wide is is_host_wide


@needs_shared_data
def test_the_recorded_answer_is_read() -> None:
    path = SHARED / "feeds/github/get-repository_normalized-fixture.json"
    (exchange,) = json.loads(path.read_bytes())
    response = exchange["response"]
    answer = parse_stars(json.dumps(response).encode())
    assert answer == StarCount(response["full_name"].lower(), response["stargazers_count"])
