import pytest

from papers.summary import SHORT_ABSTRACT_CHARACTERS, author_line, short_abstract


def test_many_authors_are_the_first_three_and_the_last() -> None:
    assert author_line(["A", "B", "C", "D", "E"]) == "A, B, C, … E"


def test_short_abstract_is_cut_between_words() -> None:
    short = short_abstract("word " * 100)
    assert short == "word " * 54 + "word…"
    assert len(short) <= SHORT_ABSTRACT_CHARACTERS


@pytest.mark.parametrize("maths", ["$a + b + c$", r"\( a + b + c \)", r"\[ a + b \]", "$$a + b$$"])
def test_short_abstract_is_cut_before_maths(maths: str) -> None:
    before = "owls " * 55
    assert short_abstract(f"{before}{maths} and so on") == before.rstrip() + "…"


def test_maths_that_ends_before_the_cut_is_kept() -> None:
    abstract = "owls " * 40 + "$a + b$ " + "owls " * 40
    assert "$a + b$" in short_abstract(abstract)


def test_money_does_not_move_the_cut() -> None:
    assert short_abstract("from $5 a day " * 30).endswith(("$5…", "day…", "from…", " a…"))


def test_abstract_of_one_long_formula_is_cut_all_the_same() -> None:
    assert len(short_abstract("$" + "x + " * 100 + "$")) == SHORT_ABSTRACT_CHARACTERS - 1
