from dataclasses import replace
from typing import Any

import pytest
import rispy

from papers.formats import Item
from papers.references import Reference
from tests.papers.formats.sample import PAPER, written


def read(*items: Item | Reference) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = rispy.loads(written("ris", *items), newline="\r\n")
    return records


def test_a_preprint_is_a_whole_record() -> None:
    assert written("ris", PAPER).split("\r\n") == [
        "TY  - UNPB",
        "ID  - vandermoor2026-2603.00141",
        "TI  - Kestrels at dusk",
        "AU  - van der Moor, Ada",
        "AU  - Ål, Björn",
        "PY  - 2026",
        "DA  - 2026/03/",
        "AB  - They hover.",
        "AN  - arXiv:2603.00141",
        "DB  - arXiv",
        "PB  - arXiv",
        "UR  - https://arxiv.org/abs/2603.00141",
        "ER  - ",
        "",
        "",
    ]


def test_a_published_paper_says_where_and_still_names_its_eprint() -> None:
    paper = replace(PAPER, journal_ref="Proceedings of Owls 2026", doi="10.1000/owls")
    (record,) = read(paper)
    assert record["type_of_reference"] == "CPAPER"
    assert record["secondary_title"] == "Proceedings of Owls 2026"
    assert (record["doi"], record["accession_number"]) == ("10.1000/owls", "arXiv:2603.00141")
    assert "publisher" not in record


def test_what_a_reader_added_comes_back() -> None:
    (record,) = read(Item(PAPER, "One\r\n\r\nTwo  words", ("to read", "owls"), "Birds"))
    assert record["notes"] == ["One", "", "Two  words"]
    assert record["keywords"] == ["to read", "owls"]
    assert record["unknown_tag"]["U1"] == ["Birds"]


@pytest.mark.promise(38)
@pytest.mark.parametrize(
    "text",
    ["x\r\nER  - \r\nTY  - BOOK", "ER  - ", "a\nTY  - BOOK\nb", "\u2028TI  - y", "\x0bKW  - z"],
)
def test_no_text_begins_a_tag_of_its_own(text: str) -> None:
    nasty = replace(PAPER, title=text, abstract=text, authors=(text,), journal_ref=text, url=text)
    records = read(Item(nasty, text, (text,), text), PAPER)
    assert [record["id"] for record in records][1:] == ["vandermoor2026-2603.00141"]
    assert len(written("ris", nasty).split("\r\n")) == 14
    assert records[0]["type_of_reference"] in ("JOUR", "CPAPER")


def test_no_papers_are_an_empty_file() -> None:
    assert written("ris") == ""
