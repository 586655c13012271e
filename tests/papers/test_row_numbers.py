import pytest

from papers.row_numbers import read_row_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("0012", 12), ("9" * 18, 10**18 - 1)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert read_row_number(text) == number


@pytest.mark.parametrize("text", ["", " 1", "-1", "1.0", "٣", "²", "one", "9" * 19, "9" * 5000])
def test_all_else_is_none(text: str) -> None:
    assert read_row_number(text) is None
