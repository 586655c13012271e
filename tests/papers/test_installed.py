"""The site kept as an app: manifest, offline page, and the script that keeps nothing of readers."""

import pytest
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_pages_name_the_manifest(client: Client) -> None:
    assert 'rel="manifest" href="/manifest.webmanifest"' in client.get("/").content.decode()
    found = client.get("/manifest.webmanifest").json()
    assert (found["start_url"], found["name"]) == ("/", "Broadsheet")
    purposes = {(icon.get("purpose", "any"), icon["sizes"]) for icon in found["icons"]}
    assert purposes >= {
        ("any", "any"),
        ("any", "192x192"),
        ("any", "512x512"),
        ("maskable", "512x512"),
    }


def test_the_offline_page_is_the_same_for_a_reader(client: Client) -> None:
    visitor = client.get("/offline/").content
    client.force_login(make_user())
    assert client.get("/offline/").content == visitor
    assert visitor.decode().count("<h1") == 1


def test_the_script_keeps_one_page_and_static_files(client: Client) -> None:
    response = client.get("/sw.js")
    script = response.content.decode()
    assert response["Content-Type"].startswith("text/javascript")
    assert 'const PAGE = "/offline/";' in script
    assert "/static/css/base.css" in script
    assert ".put(" not in script
    assert "worker-src 'self'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/sw.js", "/offline/", "/manifest.webmanifest"])
def test_other_methods_are_refused(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


def test_the_page_kept_is_in_the_language_that_the_script_was_asked_for_in(client: Client) -> None:
    """The worker asks for it without the cookies that would tell."""
    assert (
        'const PAGE = "/offline/?language=de";' in client.get("/sw.js?language=de").content.decode()
    )
    response = client.get("/offline/?language=de")
    assert response["Content-Language"] == "de"
    assert '<html lang="de"' in response.content.decode()
    assert "Kein Netz" in response.content.decode()
    assert '<html lang="en"' in client.get("/offline/?language=xx").content.decode()
    assert 'const PAGE = "/offline/";' in client.get("/sw.js?language=../").content.decode()
