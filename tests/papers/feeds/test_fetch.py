import socket
from contextlib import nullcontext

import pytest
from pytest_django import Settings

from papers.feeds.records import FetchError
from tests.papers.feeds.asking import allowed_server, always, fetch, fetch_once
from tests.papers.feeds.serving import answer


def test_an_answer_comes_with_its_validators(settings: Settings) -> None:
    head = '200 OK\nETag: "a1"\nLast-Modified: Mon, 02 Mar 2026 05:00:00 GMT'
    response = fetch_once(settings, answer(head, b"<rss/>"))
    assert (response.status, response.body, response.not_modified) == (200, b"<rss/>", False)
    assert response.etag == '"a1"'
    assert response.last_modified == "Mon, 02 Mar 2026 05:00:00 GMT"


def test_an_answer_says_what_it_is_and_how_long_it_stays_fresh(settings: Settings) -> None:
    head = "200 OK\nContent-Type: text/xml; charset=koi8-r\nCache-Control: max-age=7200"
    response = fetch_once(settings, answer(head))
    assert response.content_type == "text/xml; charset=koi8-r"
    assert response.max_age_seconds == 7200


def test_an_answer_may_name_the_next_page(settings: Settings) -> None:
    link = 'Link: <https://example.org/list?p=2>; rel="next", </list>; rel="first"'
    response = fetch_once(settings, answer(f"200 OK\n{link}"))
    assert response.next_url == "https://example.org/list?p=2"


def test_validators_are_sent_and_outlive_a_304(settings: Settings) -> None:
    requests: list[str] = []

    def reply(connection: socket.socket, request: str) -> None:
        requests.append(request)
        connection.sendall(answer("304 Not Modified"))

    with allowed_server(settings, reply) as url:
        response = fetch(url, etag='"a1"', last_modified="yesterday")
    assert 'If-None-Match: "a1"' in requests[0]
    assert "If-Modified-Since: yesterday" in requests[0]
    assert response.not_modified
    assert (response.etag, response.last_modified) == ('"a1"', "yesterday")


def test_a_304_to_an_unconditional_request_is_no_answer(settings: Settings) -> None:
    with pytest.raises(FetchError, match="HTTP 304"):
        fetch_once(settings, answer("304 Not Modified"))


def test_the_contact_is_in_the_user_agent(settings: Settings) -> None:
    settings.CONTACT = "admin@example.org"
    agents: list[bool] = []

    def reply(connection: socket.socket, request: str) -> None:
        agents.append("User-Agent: Broadsheet (admin@example.org)" in request)
        connection.sendall(answer("200 OK"))

    with allowed_server(settings, reply) as url:
        fetch(url)
    assert agents == [True]


def test_headers_that_cannot_be_stored_are_dropped(settings: Settings) -> None:
    head = '200 OK\nETag: "a\x00b"\nLast-Modified: a\x00\nContent-Type: text/xml\x00'
    response = fetch_once(settings, answer(head))
    assert (response.etag, response.last_modified) == ("", "")
    assert response.content_type == "text/xml"


def test_a_validator_too_long_to_store_is_dropped(settings: Settings) -> None:
    assert fetch_once(settings, answer(f'200 OK\nETag: "{"a" * 600}"')).etag == ""


@pytest.mark.parametrize("status", [400, 404, 418, 500, 204])
def test_other_answers_are_errors_with_their_status(settings: Settings, status: int) -> None:
    with pytest.raises(FetchError, match=f"127.0.0.1 answered with HTTP {status}") as caught:
        fetch_once(settings, answer(f"{status} No"))
    assert (caught.value.status, caught.value.host_wide) == (status, False)


@pytest.mark.promise(20)
@pytest.mark.parametrize("status", [429, 503])
def test_ask_later_speaks_for_the_whole_host(settings: Settings, status: int) -> None:
    with pytest.raises(FetchError) as caught:
        fetch_once(settings, answer(f"{status} Later\nRetry-After: 120"))
    assert caught.value.host_wide
    assert caught.value.retry_after_seconds == 120


@pytest.mark.promise(20)
def test_ask_later_may_name_no_time(settings: Settings) -> None:
    with pytest.raises(FetchError) as caught:
        fetch_once(settings, answer("429 Too Many Requests"))
    assert (caught.value.host_wide, caught.value.retry_after_seconds) == (True, None)


def test_a_spent_rate_limit_speaks_for_the_whole_host(settings: Settings) -> None:
    head = "403 Forbidden\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 32503680000"
    with pytest.raises(FetchError) as caught:
        fetch_once(settings, answer(head))
    assert (caught.value.host_wide, caught.value.retry_after_seconds) == (True, 86_400)


def test_an_object_is_posted_as_json(settings: Settings) -> None:
    requests: list[str] = []

    def reply(connection: socket.socket, request: str) -> None:
        requests.append(request)
        connection.sendall(answer("200 OK", b"[]"))

    with allowed_server(settings, reply) as url:
        fetch(url, json_body={"ids": ["ARXIV:2603.00001"]}, headers={"x-api-key": "k1"})
    head, body = requests[0].split("\r\n\r\n")
    assert head.startswith("POST / ")
    assert "Content-Type: application/json" in head
    assert "X-Api-Key: k1" in head
    assert body == '{"ids": ["ARXIV:2603.00001"]}'


def test_the_gate_of_each_host_is_held(settings: Settings) -> None:
    held: list[tuple[str, float]] = []

    def gate(host: str, *, lease_seconds: float, spacing_seconds: float) -> nullcontext[None]:
        held.append((host, spacing_seconds))
        assert lease_seconds > 5
        return nullcontext()

    with allowed_server(settings, always(answer("200 OK"))) as url:
        fetch(url, gate=gate, spacing_seconds=15.0)
    assert held == [(url.removeprefix("http://"), 15.0)]


def test_a_forbidden_header_is_not_repeated_in_words(settings: Settings) -> None:
    with pytest.raises(FetchError, match="forbidden characters") as caught:
        fetch_once(settings, answer("200 OK"), headers={"Authorization": "secret\nX: y"})
    assert "secret" not in str(caught.value)
