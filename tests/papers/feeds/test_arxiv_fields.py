import time

import pytest

from papers.feeds.arxiv_fields import bytes_of, categories_of, first_doi
from papers.feeds.names import split_written_authors
from papers.feeds.withdrawals import says_withdrawn


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1000/Mills.3", "10.1000/mills.3"),
        ("see 10.1000/mills.3, 10.1000/mills.4", "10.1000/mills.3"),
        ("https://doi.org/10.1000/mills.3", "10.1000/mills.3"),
        ("none", ""),
        ("", ""),
    ],
)
def test_of_several_dois_the_first_is_taken(text: str, doi: str) -> None:
    assert first_doi(text) == doi


def test_only_categories_of_arxiv_are_kept_each_once() -> None:
    terms = ["cs.CL", " hep-th\n", "68T50", "I.2.7", "cs.CL", "physics.plasm-ph", ""]
    assert categories_of(terms) == ("cs.CL", "hep-th", "physics.plasm-ph")


@pytest.mark.parametrize(
    ("size", "count"),
    [("12kb", 12_288), (" 0KB", 0), ("9", 9_216), ("12 MB", None), ("", None), ("9" * 5000, None)],
)
def test_a_size_is_in_units_of_1024(size: str, count: int | None) -> None:
    assert bytes_of(size) == count


@pytest.mark.promise(22)
@pytest.mark.parametrize("text", [" " * 200_000, "(" * 200_000, "a, " * 70_000, ": and " * 40_000])
def test_odd_fields_take_no_longer_than_others(text: str) -> None:
    started = time.thread_time()  # of the CPU: a machine under load makes it wait
    split_written_authors(f"Ada{text}Example")
    says_withdrawn(f"withdrawn?{text}", text)
    assert time.thread_time() - started < 3
