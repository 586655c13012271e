import socket

import pytest
from pytest_django import Settings

from papers.feeds.records import FetchError
from papers.feeds.targets import redirected, target_of
from tests.papers.feeds.asking import allowed_server, fetch, fetch_once
from tests.papers.feeds.serving import Reply, answer

pytestmark = pytest.mark.promise(25)


def a_way(*statuses: int) -> Reply:
    """/0 leads to /1 and so on, with these statuses; behind the last is an answer."""

    def reply(connection: socket.socket, request: str) -> None:
        place = int(request.split()[1].strip("/"))
        found = place >= len(statuses)
        head = "200 OK" if found else f"{statuses[place]} There\nLocation: /{place + 1}"
        connection.sendall(answer(head, b"x"))

    return reply


def test_a_redirect_is_followed(settings: Settings) -> None:
    with allowed_server(settings, a_way(302)) as url:
        assert fetch(f"{url}/0").url == f"{url}/1"


@pytest.mark.parametrize(
    ("statuses", "has_moved"),
    [((301,), True), ((301, 308), True), ((302,), False), ((301, 307), False), ((), False)],
)
def test_only_permanent_redirects_move_an_address(
    settings: Settings, statuses: tuple[int, ...], has_moved: bool
) -> None:
    with allowed_server(settings, a_way(*statuses)) as url:
        assert fetch(f"{url}/0").moved_to == (f"{url}/{len(statuses)}" if has_moved else "")


def test_five_hops_are_followed_and_six_are_not(settings: Settings) -> None:
    with allowed_server(settings, a_way(*[302] * 6)) as url:
        assert fetch(f"{url}/1").status == 200
        with pytest.raises(FetchError, match="more than 5 times"):
            fetch(f"{url}/0")


def test_a_circle_of_redirects_ends(settings: Settings) -> None:
    asked: list[str] = []

    def reply(connection: socket.socket, request: str) -> None:
        asked.append(request)
        connection.sendall(answer("302 Found\nLocation: /feed"))

    with (
        allowed_server(settings, reply) as url,
        pytest.raises(FetchError, match="more than 5 times"),
    ):
        fetch(url)
    assert len(asked) == 6


def test_encryption_is_never_given_up_on_the_way() -> None:
    with pytest.raises(FetchError, match="which is not encrypted"):
        redirected(target_of("https://example.org/a"), "http://example.org/a")


def test_the_redirects_of_one_question_share_its_time(settings: Settings) -> None:
    def reply(connection: socket.socket, request: str) -> None:
        connection.settimeout(0.3)
        try:
            connection.recv(1)
        except TimeoutError:
            connection.sendall(answer("302 Found\nLocation: /feed"))

    with (
        allowed_server(settings, reply) as url,
        pytest.raises(FetchError, match=r"within 0\.8 seconds"),
    ):
        fetch(url, total_seconds=0.8)


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("", "to nowhere"),
        ("//[x", "is no address|not an address"),
        ("http://[x/", "is no address|not an address"),
        ("http://a:b@127.0.0.1/", "user name or a password"),
        ("mailto:a@example.org", "not an http or https address"),
        ("http://example.org:25/", "not on port 80 or 443"),
        ("http://exa mple.org/", "not an address"),
    ],
)
def test_a_redirect_to_no_address_is_an_error_in_words(
    settings: Settings, location: str, reason: str
) -> None:
    with pytest.raises(FetchError, match=reason):
        fetch_once(settings, answer(f"302 Found\nLocation: {location}"))


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/a b?c=d e", "http://example.org/a%20b?c=d%20e"),
        ("/\u00e9".encode().decode("latin-1"), "http://example.org/%C3%A9"),
        ("//Example.ORG/x", "http://example.org/x"),
        ("?page=2", "http://example.org/feed?page=2"),
    ],
)
def test_sloppy_locations_are_read_as_meant(location: str, url: str) -> None:
    assert redirected(target_of("http://example.org/feed"), location).url == url


def test_a_redirect_of_a_post_is_refused(settings: Settings) -> None:
    data = answer("307 There\nLocation: /other")
    with pytest.raises(FetchError, match="redirects what was posted") as caught:
        fetch_once(settings, data, json_body={})
    assert caught.value.status == 307


@pytest.mark.parametrize("is_other", [True, False])
def test_keys_stay_with_the_host_that_they_are_for(settings: Settings, is_other: bool) -> None:
    seen: list[str] = []

    def keep(connection: socket.socket, request: str) -> None:
        seen.append(request)
        connection.sendall(answer("200 OK"))

    def lead(connection: socket.socket, request: str) -> None:
        if request.startswith("GET /end"):
            keep(connection, request)
        else:
            connection.sendall(answer(f"301 Moved\nLocation: {other if is_other else ''}/end"))

    with allowed_server(settings, keep) as other, allowed_server(settings, lead) as url:
        fetch(url, headers={"Authorization": "Bearer k1", "Accept": "application/json"})
    assert ("Bearer k1" in seen[0]) is not is_other
    assert "Accept: application/json" in seen[0]
