from collections.abc import Iterator

import pytest

from papers.formats import FORMATS, Head, Item
from tests.papers.formats.sample import PAPER, written


@pytest.mark.parametrize("ending", FORMATS)
def test_items_are_read_as_the_pieces_are_taken(ending: str) -> None:
    asked = 0

    def items() -> Iterator[Item]:
        nonlocal asked
        while True:
            asked += 1
            yield Item(PAPER, note="An owl. " * 50)

    pieces = FORMATS[ending].write(Head("Owls"), items())
    first = next(pieces)
    assert 32_000 < len(first) < 40_000
    assert asked < 5_000


@pytest.mark.parametrize("ending", FORMATS)
def test_every_text_is_utf_8(ending: str) -> None:
    odd = Item(PAPER, note="half a pair \ud800, a bird \U0001f426\x00", section="\udfff")
    assert "�" not in written(ending, odd)


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_papers_are_the_same_bytes(ending: str) -> None:
    assert written(ending, PAPER, PAPER) == written(ending, PAPER, PAPER)
