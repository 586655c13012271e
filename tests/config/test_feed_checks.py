from collections.abc import Callable
from typing import Any

import pytest
from django.core.checks import CheckMessage
from pytest_django import Settings

from config import feed_checks as checks


def ids(
    check: Callable[..., list[CheckMessage]], settings: Settings, values: dict[str, Any]
) -> list[str | None]:
    for name, value in values.items():
        setattr(settings, name, value)
    found = check()
    assert all(message.hint for message in found)
    return [message.id for message in found]


def test_the_settings_as_they_come_are_fine(settings: Settings) -> None:
    every = (
        checks.check_addresses,
        checks.check_sizes,
        checks.check_private_hosts,
        checks.check_contact,
    )
    assert [ids(check, settings, {}) for check in every] == [[], [], [], []]


@pytest.mark.parametrize(
    "address", ["foo", "", "file:///etc/passwd", "https://", "https://example.org:8443/rss"]
)
def test_an_address_that_cannot_be_asked_is_named(settings: Settings, address: str) -> None:
    values = {"ARXIV_RSS_URL": address}
    assert ids(checks.check_addresses, settings, values) == ["broadsheet.E008"]
    assert "ARXIV_RSS_URL" in checks.check_addresses()[0].msg


def test_another_port_is_fine_where_it_is_allowed(settings: Settings) -> None:
    values = {
        "ARXIV_RSS_URL": "http://mirror.local:8080/rss",
        "FETCH_ALLOWED_PRIVATE_HOSTS": ["mirror.local:8080"],
    }
    assert ids(checks.check_addresses, settings, values) == []


@pytest.mark.parametrize("size", [0, 101, 99_999])
def test_sizes_that_nothing_fits_or_that_fill_the_memory(settings: Settings, size: int) -> None:
    assert ids(checks.check_sizes, settings, {"OAI_LARGEST_MB": size}) == ["broadsheet.E009"]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", ["broadsheet.E010"]),
        ("http://mirror.local:80", ["broadsheet.E010"]),
        ("127.0.0.1:8000", []),
        ("::1:8000", []),
    ],
)
def test_a_private_host_has_a_port(settings: Settings, host: str, expected: list[str]) -> None:
    values = {"FETCH_ALLOWED_PRIVATE_HOSTS": [host]}
    assert ids(checks.check_private_hosts, settings, values) == expected


@pytest.mark.parametrize("contact", ["a@example.org\nX: y", "a → b", "jürgen@example.org"])
def test_a_contact_that_no_header_can_carry(settings: Settings, contact: str) -> None:
    assert ids(checks.check_contact, settings, {"CONTACT": contact}) == ["broadsheet.E011"]
