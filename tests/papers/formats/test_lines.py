import pytest

from papers.formats.lines import lines_of, one_line


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        (" \n\t\n", []),
        ("a\r\nb\rc\nd\u2028e", ["a", "b", "c", "d", "e"]),
        ("\n\na  \n\n  b\tc\n", ["a", "", "  b c"]),
        ("a\x00b\x1b[1m", ["a b [1m"]),
        ("\u202egnirts", ["gnirts"]),
    ],
)
def test_lines_keep_their_beginning_and_lose_what_is_no_text(text: str, lines: list[str]) -> None:
    assert lines_of(text) == lines


def test_words_of_persian_keep_their_joiners() -> None:
    assert one_line("\u0645\u06cc\u200c\u062e\u200f\n\u2066x") == "\u0645\u06cc\u200c\u062e x"
