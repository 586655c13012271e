import pytest
from pytest_django import Settings

from papers.addresses import public_address


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://journal.example.org/feed.xml", "https://journal.example.org/feed.xml"),
        ("  journal.example.org ", "https://journal.example.org/"),
        ("HTTPS://Journal.Example.ORG:443/Feed?a=B#top", "https://journal.example.org/Feed?a=B"),
        ("http://journal.example.org:80", "http://journal.example.org/"),
        ("journal.example.org:443/feed", "https://journal.example.org/feed"),
        ("feed://journal.example.org/rss", "https://journal.example.org/rss"),
        ("feed:https://journal.example.org/rss", "https://journal.example.org/rss"),
        ("https://bücher.example.org/", "https://xn--bcher-kva.example.org/"),
        ("example.org/a/./b/../c%7Ed%2f", "https://example.org/a/c~d%2F"),
        ("example.org/a?b=%7Ed%2f%26%2E", "https://example.org/a?b=~d%2F%26."),
        ("example.org/../a/..", "https://example.org/"),
        ("example.org//a/b/.", "https://example.org//a/b/"),
        ("https://93.184.216.34/feed", "https://93.184.216.34/feed"),
    ],
)
def test_an_address_has_one_spelling(typed: str, address: str) -> None:
    assert public_address(typed) == address
    assert public_address(address) == address


@pytest.mark.promise(24)
@pytest.mark.parametrize(
    "typed",
    [
        "http://127.0.0.1/feed",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://localhost/",
        "http://printer.local/feed",
        "https://192.168.1.4/",
    ],
)
def test_an_address_inside_the_own_network_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="inside the site's own network"):
        public_address(typed)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type an address"),
        ("https://example.org/a feed", "no spaces"),
        ("https://example.org/\x00", "no spaces"),
        ("ftp://example.org/feed", "not ftp"),
        ("javascript:alert(1)", "not javascript"),
        ("https://ada:secret@example.org/feed", "a name or a password"),
        ("https://example.org:8443/feed", "port 8443"),
        ("https://example.org:99999/feed", "port that cannot be"),
        ("http://[::1", "is not an address"),
        ("http://2130706433/", "not the name of a site"),
        ("http://0x7f.1/", "not the name of a site"),
        ("https:///feed", "not the name of a site"),
        ("intranet/feed", "not the name of a site"),
        ("https://example.org/" + "a" * 500, "at most 500"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        public_address(typed)


def test_the_operator_may_allow_a_host_of_the_own_network(settings: Settings) -> None:
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:8100"]
    assert public_address("http://127.0.0.1:8100/feed") == "http://127.0.0.1:8100/feed"
    with pytest.raises(ValueError, match="port 8101"):
        public_address("http://127.0.0.1:8101/feed")
