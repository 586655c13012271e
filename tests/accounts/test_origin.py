import pytest
from django.test import RequestFactory
from pytest_django import Settings

from accounts.origin import comes_from_this_site


@pytest.mark.parametrize(
    ("headers", "is_own"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "https://testserver"}, False),
        ({"Origin": "http://testserver.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, False),
        ({}, False),
    ],
)
def test_proof_of_the_same_origin(headers: dict[str, str], is_own: bool) -> None:
    assert comes_from_this_site(RequestFactory().post("/", headers=headers)) is is_own


def test_the_public_address_is_own_behind_a_proxy_that_ends_https(settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://papers.example.org"]
    request = RequestFactory().post("/", headers={"Origin": "https://papers.example.org"})
    assert comes_from_this_site(request)
