import json

import pytest

from papers.feeds.records import ParseError
from readinglists.imports import csl
from readinglists.imports.reading import read

ITEM = {
    "id": "moor2024",
    "title": "A <i>title</i>",
    "author": [
        {"family": "Berg", "non-dropping-particle": "van", "given": "Ada", "suffix": "Jr."},
        {"literal": "The Team"},
    ],
    "issued": {"date-parts": [[2024, 3]]},
    "number": "arXiv:2401.00001",
    "DOI": "10.1234/AbC",
    "keyword": "a, b",
    "note": "one\ntwo",
    "custom": {"section": "Kestrels", "added": "2026-01-02T03:04:05+00:00"},
}


def test_an_item_tells_all_that_a_list_keeps() -> None:
    (record,) = csl.read([ITEM]).records
    assert record.names == (("arxiv", "2401.00001"), ("doi", "10.1234/abc"))
    assert record.title == "A title"
    assert record.authors == ("Ada van Berg, Jr.", "The Team")
    assert (record.year, record.tags, record.section) == (2024, ("a", "b"), "Kestrels")
    assert record.note == "one\ntwo"
    assert record.added_at
    assert record.added_at.year == 2026


def test_items_of_odd_types_are_told_and_the_rest_is_read() -> None:
    found = csl.read([5, {**ITEM, "author": "Ada", "issued": 2024, "keyword": 7, "note": ["x"]}])
    assert [problem.where for problem in found.problems] == ["item 1"]
    assert found.records[0].authors == ()
    assert found.records[0].year == 2024


def test_items_may_stand_within_an_object() -> None:
    assert len(read(json.dumps({"items": [ITEM]}).encode()).records) == 1


def test_json_that_breaks_off_is_refused_in_words() -> None:
    with pytest.raises(ParseError, match="breaks off"):
        read(json.dumps([ITEM])[:-3].encode(), filename="x.json")


def test_json_of_something_else_is_refused_in_words() -> None:
    with pytest.raises(ParseError, match="neither CSL JSON"):
        read(b'{"a": 1}')
