import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from lxml import etree
from pytest_django import Settings

from papers.references import Reference
from papers.syndicate import Feed, atom, json_feed
from tests.papers.formats.sample import PAPER

NAMES = {"a": "http://www.w3.org/2005/Atom"}


def make_feed(*references: Reference, notes: tuple[str, ...] = ()) -> Feed:
    return Feed(
        name="search?q=owl",
        title="owl · Broadsheet",
        page="http://localhost/search/?q=owl",
        address="http://localhost/search/feed.atom?q=owl",
        references=references,
        notes=notes,
    )


def read(path: str, *references: Reference) -> list[str]:
    find = etree.XPath(path, namespaces=NAMES)
    found: Any = find(etree.fromstring(atom(make_feed(*references))))
    return [str(each) for each in found]


def test_an_entry_says_all_that_is_known() -> None:
    assert read("//a:entry/a:title/text()", PAPER) == ["Kestrels at dusk"]
    assert read("//a:entry/a:author/a:name/text()", PAPER) == ["Ada van der Moor", "Björn Ål"]
    assert read("//a:entry/a:category/@term", PAPER) == ["cs.LG", "cs.CL"]
    assert read("//a:entry/a:link/@href", PAPER) == [PAPER.page, PAPER.url]
    assert read("//a:entry/a:summary/text()", PAPER) == ["They hover."]


def test_the_id_of_a_paper_outlives_its_address(settings: Settings) -> None:
    settings.SITE_URL = "https://papers.example.org"
    (name,) = read("//a:entry/a:id/text()", PAPER)
    assert name == "tag:papers.example.org,2026:paper/7"
    moved = replace(PAPER, arxiv_id="", page="http://localhost/paper/number/7/")
    assert read("//a:entry/a:id/text()", moved) == [name]


def test_the_feed_was_updated_with_its_newest_version() -> None:
    later = replace(PAPER, paper_id=8, updated_at=datetime(2026, 4, 1, 9, tzinfo=UTC))
    assert read("/a:feed/a:updated/text()", PAPER, later) == ["2026-04-01T09:00:00Z"]
    assert read("//a:entry/a:published/text()", later) == ["2026-03-02T00:00:00Z"]


def test_an_empty_feed_is_whole() -> None:
    assert read("/a:feed/a:updated/text()") == ["1970-01-01T00:00:00Z"]
    assert json.loads(json_feed(make_feed()))["items"] == []


def test_a_paper_without_authors_is_not_by_the_site() -> None:
    unknown = replace(PAPER, authors=())
    assert read("//a:entry/a:author/a:name/text()", unknown) == ["Authors not known here"]


def test_what_xml_cannot_hold_is_left_out() -> None:
    odd = replace(PAPER, title="A\x0b & <b> \ufffe\U0001f426", authors=("\x00Ada",))
    assert read("//a:entry/a:title/text()", odd) == ["A & <b> \U0001f426"]


def test_json_feed_is_of_version_1_1() -> None:
    said = json.loads(json_feed(make_feed(PAPER, notes=("A note.",))))
    assert said["version"] == "https://jsonfeed.org/version/1.1"
    assert said["description"] == "A note."
    (item,) = said["items"]
    assert (item["id"], item["url"]) == ("tag:localhost,2026:paper/7", PAPER.page)
    assert item["authors"] == [{"name": "Ada van der Moor"}, {"name": "Björn Ål"}]
    assert (item["tags"], item["external_url"]) == (["cs.LG", "cs.CL"], PAPER.url)
    assert item["content_text"] == "They hover."


def test_maths_is_in_plain_characters() -> None:
    assert read("//a:entry/a:title/text()", replace(PAPER, title="An $R^2$")) == ["An R²"]


def test_the_same_papers_are_the_same_bytes() -> None:
    assert atom(make_feed(PAPER)) == atom(make_feed(PAPER))
    assert json_feed(make_feed(PAPER)) == json_feed(make_feed(PAPER))
