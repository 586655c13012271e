import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from papers.formats import Item
from papers.formats.table import neutral
from papers.references import Reference
from tests.papers.formats.sample import PAPER, written


def read(*items: Item | Reference) -> list[dict[str, str]]:
    text = written("csv", *items).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_paper_is_a_row() -> None:
    added_at = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    item = Item(PAPER, "One\r\nTwo", ("to read", "owls"), "Birds", added_at)
    assert read(item) == [
        {
            "arxiv_id": "2603.00141",
            "doi": "",
            "title": "Kestrels at dusk",
            "authors": "Ada van der Moor; Björn Ål",
            "year": "2026",
            "url": "https://arxiv.org/abs/2603.00141",
            "section": "Birds",
            "tags": "to read; owls",
            "note": "One\nTwo",
            "added": "2026-03-04T05:06:07+00:00",
        }
    ]


def test_it_opens_in_a_spreadsheet_with_its_accents() -> None:
    assert written("csv").startswith("\ufeffarxiv_id,doi,title,")
    assert written("csv", PAPER).endswith("\r\n")


@pytest.mark.promise(38)
@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "=cmd|' /C calc'!A0", "-", "="]
)
def test_no_cell_is_a_formula_and_what_it_was_can_be_told(text: str) -> None:
    nasty = replace(PAPER, title=text, authors=(text, text), url=text)
    (row,) = read(Item(nasty, text, (text,), text))
    for name in ("title", "authors", "url", "section", "tags", "note"):
        assert not re.match(r"[=+\-@\t\r]", row[name])
        assert row[name].startswith("'")
    assert row["title"] == f"'{text}"


def test_apostrophes_before_a_formula_are_told_from_ours() -> None:
    assert neutral("''@x") == "'''@x"


@pytest.mark.parametrize("text", ["'tis", "plain", "", "' =1", "1-2", '"quoted"'])
def test_what_is_no_formula_stays(text: str) -> None:
    assert neutral(text) == text


def test_separators_within_a_cell_part_nothing() -> None:
    (row,) = read(replace(PAPER, title='a,"b"\r\nc;d', authors=("Moor; Ada",)))
    assert (row["title"], row["authors"]) == ('a,"b" c;d', "Moor, Ada")
