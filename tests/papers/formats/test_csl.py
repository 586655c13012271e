import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from papers.formats import Item
from papers.references import Reference
from tests.papers.formats.sample import PAPER, written


def read(*items: Item | Reference) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = json.loads(written("csl.json", *items))
    return said


def test_a_preprint_is_a_whole_item() -> None:
    assert read(PAPER) == [
        {
            "id": "vandermoor2026-2603.00141",
            "type": "article",
            "title": "Kestrels at dusk",
            "author": [
                {"family": "van der Moor", "given": "Ada"},
                {"family": "Ål", "given": "Björn"},
            ],
            "issued": {"date-parts": [[2026, 3]]},
            "publisher": "arXiv",
            "number": "arXiv:2603.00141",
            "URL": "https://arxiv.org/abs/2603.00141",
            "abstract": "They hover.",
        }
    ]


@pytest.mark.parametrize(
    ("journal_ref", "kind"),
    [("J. Owls 3", "article-journal"), ("Proceedings of Owls", "paper-conference")],
)
def test_a_published_paper_has_no_archive_for_publisher(journal_ref: str, kind: str) -> None:
    (item,) = read(replace(PAPER, journal_ref=journal_ref))
    assert (item["type"], item["container-title"]) == (kind, journal_ref)
    assert "publisher" not in item


def test_what_has_only_a_page_is_one() -> None:
    (item,) = read(replace(PAPER, arxiv_id="", url="", page="http://localhost/paper/number/7/"))
    assert (item["type"], item["URL"]) == ("webpage", "http://localhost/paper/number/7/")


def test_names_that_are_no_persons_are_literal() -> None:
    (item,) = read(replace(PAPER, authors=("The Owl Team", "Sammy Davis Jr.")))
    assert item["author"] == [
        {"literal": "The Owl Team"},
        {"family": "Davis", "given": "Sammy", "suffix": "Jr."},
    ]


def test_what_a_reader_added_comes_back() -> None:
    added_at = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    (item,) = read(Item(PAPER, 'One\r\n"Two"', ("to read", "owls"), "Birds", added_at))
    assert item["note"] == 'One\n"Two"'
    assert item["keyword"] == "to read, owls"
    assert item["custom"] == {"section": "Birds", "added": "2026-03-04T05:06:07+00:00"}


def test_no_papers_are_an_empty_array_and_many_are_one_a_line() -> None:
    assert written("csl.json") == "[]\n"
    assert len(written("csl.json", PAPER, PAPER, PAPER).splitlines()) == 5
