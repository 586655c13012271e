from collections.abc import Callable
from typing import Any

import pytest
from django.core.checks import CheckMessage
from pytest_django import Settings

from config import checks

PUBLIC = {"LOCAL": False, "SITE_URL": "https://papers.example.org", "DEBUG": False}
LOCAL = {"LOCAL": True, "SITE_URL": "http://localhost:8000", "HOST": "127.0.0.1"}


def ids(
    check: Callable[..., list[CheckMessage]], settings: Settings, values: dict[str, Any]
) -> list[str | None]:
    for name, value in values.items():
        setattr(settings, name, value)
    found = check()
    assert all(message.hint for message in found)
    return [message.id for message in found]


@pytest.mark.parametrize(
    ("site_url", "expected"),
    [
        ("https://papers.example.org", []),
        ("https://papers.example.org:8443", []),
        ("http://localhost:9000", []),
        ("http://papers.example.org", ["broadsheet.W002"]),
        ("papers.example.org", ["broadsheet.E001"]),
        ("ftp://papers.example.org", ["broadsheet.E001"]),
        ("https://", ["broadsheet.E001"]),
        ("https://example.org/papers", ["broadsheet.E001"]),
    ],
)
def test_site_url(settings: Settings, site_url: str, expected: list[str]) -> None:
    assert ids(checks.check_site_url, settings, {**PUBLIC, "SITE_URL": site_url}) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", []),
        ("localhost", []),
        ("::1", []),
        ("0.0.0.0", ["broadsheet.E003"]),  # noqa: S104
        ("192.168.1.5", ["broadsheet.E003"]),
    ],
)
def test_a_site_without_address_listens_to_itself_only(
    settings: Settings, host: str, expected: list[str]
) -> None:
    assert ids(checks.check_host_of_local_site, settings, {**LOCAL, "HOST": host}) == expected


def test_a_public_site_may_listen_to_all(settings: Settings) -> None:
    values = {**PUBLIC, "HOST": "0.0.0.0"}  # noqa: S104
    assert ids(checks.check_host_of_local_site, settings, values) == []


def test_debug_is_for_local_sites(settings: Settings) -> None:
    check = checks.check_debug_of_public_site
    assert ids(check, settings, {**PUBLIC, "DEBUG": True}) == ["broadsheet.E004"]
    assert ids(check, settings, {**PUBLIC, "DEBUG": False}) == []
    assert ids(check, settings, {**LOCAL, "DEBUG": True}) == []


def test_a_public_site_needs_mail(settings: Settings) -> None:
    check = checks.check_mail_of_public_site
    assert ids(check, settings, {**PUBLIC, "EMAIL_CONFIGURED": False}) == ["broadsheet.W005"]
    assert ids(check, settings, {**PUBLIC, "EMAIL_CONFIGURED": True}) == []
    assert ids(check, settings, {**LOCAL, "EMAIL_CONFIGURED": False}) == []


def test_a_public_site_says_whom_to_write_to(settings: Settings) -> None:
    check = checks.check_contact_of_public_site
    assert ids(check, settings, {**PUBLIC, "CONTACT": ""}) == ["broadsheet.W006"]
    assert ids(check, settings, {**PUBLIC, "CONTACT": "a@example.org"}) == []
    assert ids(check, settings, {**LOCAL, "CONTACT": ""}) == []


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["cs.LG", "stat.ML", "hep-th", "cond-mat.mes-hall", "q-bio.NC", "math"], []),
        (["CS.LG"], ["broadsheet.E007"]),
        (["rubbish"], ["broadsheet.E007"]),
        (["cs.LG", " stat.ML"], ["broadsheet.E007"]),
        (["cs/LG", "cs."], ["broadsheet.E007", "broadsheet.E007"]),
        ([], ["broadsheet.E007"]),
    ],
)
def test_categories(settings: Settings, codes: list[str], expected: list[str]) -> None:
    assert ids(checks.check_categories, settings, {"ARXIV_CATEGORIES": codes}) == expected


@pytest.mark.parametrize(("proxies", "expected"), [(0, []), (2, []), (30, ["broadsheet.E032"])])
def test_nobody_has_thirty_proxies(settings: Settings, proxies: int, expected: list[str]) -> None:
    assert ids(checks.check_trusted_proxies, settings, {"TRUSTED_PROXIES": proxies}) == expected


@pytest.mark.parametrize(
    ("proxies", "redirects", "expected"),
    [(0, True, ["broadsheet.E033"]), (1, True, []), (0, False, [])],
)
def test_an_https_site_believes_a_proxy(
    settings: Settings, proxies: int, redirects: bool, expected: list[str]
) -> None:
    values = {"TRUSTED_PROXIES": proxies, "SECURE_SSL_REDIRECT": redirects}
    assert ids(checks.check_way_to_https, settings, values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({**PUBLIC, "STAFF_NEEDS_MFA": False}, ["broadsheet.W034"]),
        ({**PUBLIC, "STAFF_NEEDS_MFA": True}, []),
        ({**LOCAL, "STAFF_NEEDS_MFA": False}, []),
    ],
)
def test_a_public_site_is_told_to_ask_operators_for_a_second_step(
    settings: Settings, values: dict[str, Any], expected: list[str]
) -> None:
    assert ids(checks.check_second_step_of_staff, settings, values) == expected


@pytest.mark.parametrize("name", checks.KEYS)
def test_a_public_site_is_warned_of_a_key_that_can_be_guessed(
    settings: Settings, name: str
) -> None:
    good = dict.fromkeys(checks.KEYS, "k" * checks.SHORTEST_KEY)
    check = checks.check_keys_of_public_site
    assert ids(check, settings, PUBLIC | good) == []
    assert ids(check, settings, PUBLIC | good | {name: "short"}) == ["broadsheet.W035"]
    assert name in check()[0].msg
    assert ids(check, settings, LOCAL | {name: "short"}) == []
