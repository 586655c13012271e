import re
from pathlib import Path

import pytest

from papers.search.language import parse

DOCUMENT = Path(__file__).parents[3] / "docs" / "search.md"
# The first cell of each row that is no heading.
CELLS = re.findall(r"^\| (`.+?) \|", DOCUMENT.read_text(), re.MULTILINE)
EXAMPLES = [example for cell in CELLS for example in re.findall(r"`([^`]+)`", cell)]


def test_every_operator_has_an_example() -> None:
    fields = {found for example in EXAMPLES for found in re.findall(r"(\w+):", example)}
    assert fields >= {"ti", "abs", "au", "cat", "id", "doi", "date", "has", "in", "is", "votes"}


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_understood(example: str) -> None:
    query = parse(example)
    assert query.notes == ()
    assert not query.is_empty
