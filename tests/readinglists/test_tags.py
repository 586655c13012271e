import pytest

from readinglists.tags import read_tags


def test_tags_are_parted_by_commas_and_stand_once() -> None:
    assert read_tags(" #vision, language  models;Vision\nnew ,, #") == [
        "vision",
        "language models",
        "new",
    ]


def test_a_tag_too_long_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="longer than 50"):
        read_tags("x" * 51)


def test_too_many_tags_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="at most 20"):
        read_tags(",".join(map(str, range(21))))
