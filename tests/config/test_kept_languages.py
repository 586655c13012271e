"""What is kept is kept by language: nobody gets the page, or "unchanged", of another's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests.config.test_queries import World, pages_for_all, world

__all__ = ["world"]
pytestmark = pytest.mark.django_db(transaction=True)
# Their texts are the papers' own, or figures: the same in every language.
WITHOUT_WORDS = ("/search/suggest/", ".json", ".atom", ".bib")


@pytest.fixture(autouse=True)
def _keeping(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.KEPT_SECONDS = 60
    cache.clear()
    yield
    cache.clear()


def test_each_visitor_gets_their_own_language_from_what_is_kept(world: World) -> None:
    for address in pages_for_all(world):
        if any(part in address for part in WITHOUT_WORDS):
            continue
        for _ in range(2):
            english = Client().get(address, headers={"Accept-Language": "en"})
            german = Client().get(address, headers={"Accept-Language": "de"})
            assert '<html lang="en"' in english.content.decode(), address
            assert '<html lang="de"' in german.content.decode(), address
            assert "Speichern" not in english.content.decode(), address
        if etag := english.headers.get("ETag"):
            headers = {"Accept-Language": "de", "If-None-Match": etag}
            assert Client().get(address, headers=headers).status_code == 200, address


def test_a_shared_list_and_its_tags_are_in_the_language_asked_for(world: World) -> None:
    address = f"/l/{world.key}/"
    for _ in range(2):
        english = Client().get(address, headers={"Accept-Language": "en"}).content.decode()
        german = Client().get(address, headers={"Accept-Language": "de"}).content.decode()
        assert "upvotes on Hugging Face" in english
        assert "Upvotes auf Hugging Face" in german
        assert "upvotes on" not in german


def test_a_feed_is_unchanged_only_in_its_language(world: World) -> None:
    address = "/new/cs.LG/feed.atom"
    english = Client().get(address, headers={"Accept-Language": "en"})
    german = Client().get(address, headers={"Accept-Language": "de"})
    assert "New in cs.LG" in english.content.decode()
    assert "Neu in cs.LG" in german.content.decode()
    again = {"Accept-Language": "de", "If-Modified-Since": english.headers["Last-Modified"]}
    assert Client().get(address, headers=again).status_code == 200
    own = {"Accept-Language": "de", "If-None-Match": german.headers["ETag"]}
    assert Client().get(address, headers=own).status_code == 304
