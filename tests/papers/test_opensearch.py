"""Search from a browser's address bar."""

import json
from xml.etree import ElementTree

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
NAMESPACE = "{http://a9.com/-/spec/opensearch/1.1/}"


def test_pages_name_the_description_and_it_names_the_search(client: Client) -> None:
    assert 'rel="search" href="/opensearch.xml"' in client.get("/").content.decode()
    response = client.get("/opensearch.xml")
    assert response["Content-Type"] == "application/opensearchdescription+xml"
    root = ElementTree.fromstring(response.content)  # noqa: S314
    templates = [url.attrib["template"] for url in root.findall(f"{NAMESPACE}Url")]
    assert templates == [
        "http://localhost:8000/search/?q={searchTerms}",
        "http://localhost:8000/search/suggest.json?q={searchTerms}",
    ]


def test_the_description_is_the_same_for_all_and_can_be_kept(client: Client) -> None:
    response = client.get("/opensearch.xml")
    assert "public" in response["Cache-Control"]
    assert not response.cookies


def test_suggestions_come_as_browsers_read_them(client: Client) -> None:
    response = client.get("/search/suggest.json", {"q": "kest"})
    assert response["Content-Type"] == "application/x-suggestions+json"
    assert json.loads(response.content) == ["kest", [], []]


@pytest.mark.parametrize("path", ["/opensearch.xml", "/search/suggest.json"])
def test_other_methods_are_refused(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
