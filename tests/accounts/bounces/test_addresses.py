import pytest
from pytest_django import Settings

from accounts.bounces.addresses import domain_of, hash_address


@pytest.mark.parametrize(
    "other",
    ["Ada@Example.ORG", "ada@EXAMPLE.org", "ADA@example.org"],
)
def test_an_address_is_the_same_however_it_is_written(other: str) -> None:
    assert hash_address(other) == hash_address("ada@example.org")


def test_a_domain_in_another_script_is_its_punycode() -> None:
    assert hash_address("ada@Bücher.example") == hash_address("ada@xn--bcher-kva.example")
    assert hash_address("é@example.org") == hash_address("e\u0301@example.org")


@pytest.mark.parametrize("other", ["bda@example.org", "ada@example.com", "ada+x@example.org"])
def test_another_address_is_another(other: str) -> None:
    assert hash_address(other) != hash_address("ada@example.org")


def test_a_hash_needs_the_key(settings: Settings) -> None:
    before = hash_address("ada@example.org")
    settings.ADDRESS_KEY = "another"
    assert hash_address("ada@example.org") != before
    assert len(before) == 32


def test_an_address_that_is_none_has_a_hash_too() -> None:
    assert hash_address("no at sign") != hash_address("")
    assert len(hash_address("x@" + "é" * 100)) == 32
    assert len(hash_address("\ud800@example.org")) == 32


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("ada@Example.org", "example.org"),
        ('"a@b"@example.org', "example.org"),
        ("a@Bücher.example", "xn--bcher-kva.example"),
        ("nothing", ""),
    ],
)
def test_a_domain_is_what_follows_the_last_at(address: str, domain: str) -> None:
    assert domain_of(address) == domain
