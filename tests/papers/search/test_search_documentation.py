import re
from pathlib import Path
from typing import get_args

import pytest

from papers.search.language import parse
from papers.search.pasted import paper_named
from papers.search.tree import Counted, Sort

DOCUMENT = Path(__file__).parents[3] / "docs" / "search.md"
# The first cell of each row that is no heading.
CELLS = re.findall(r"^\| (`.+?) \|", DOCUMENT.read_text(), re.MULTILINE)
SORTS = re.findall(r"`(sort:\w+)`", DOCUMENT.read_text())
# A bar has a backslash before it in a table.
EXAMPLES = [
    example.replace("\\|", "|") for cell in CELLS for example in re.findall(r"`([^`]+)`", cell)
]
# The paragraph of the forms in which papers are named.
NAMES = re.search(r"leads straight to it.*?\n\n", DOCUMENT.read_text(), re.DOTALL)


def test_every_operator_has_an_example() -> None:
    fields = {found for example in EXAMPLES for found in re.findall(r"(\w+):", example)}
    named = {"ti", "abs", "au", "cat", "id", "doi", "date", "has", "source", "in", "is"}
    assert fields >= named | set(get_args(Counted))
    assert [f"sort:{sort}" for sort in get_args(Sort)] == SORTS


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_understood(example: str) -> None:
    query = parse(example)
    assert query.notes == ()
    assert not query.is_empty


@pytest.mark.parametrize("example", SORTS)
def test_every_order_is_understood(example: str) -> None:
    assert str(parse(f"cats {example}")) == f"cats {example}"


def test_every_way_to_name_a_paper_is_understood() -> None:
    assert NAMES
    named = {paper_named(example) for example in re.findall(r"`([^`]+)`", NAMES[0])}
    assert {str(paper) for paper in named} == {
        "id:2401.12345",
        "id:hep-th/9901001",
        "doi:10.1000/182",
    }
