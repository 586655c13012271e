from typing import Any

import pytest

from papers.wanted import Wanted, read_wanted


@pytest.mark.parametrize(
    "typed",
    [
        "2603.01234",
        " arXiv:2603.01234v2 ",
        "https://arxiv.org/abs/2603.01234",
        "arxiv.org/pdf/2603.01234v1.pdf",
        "https://huggingface.co/papers/2603.01234",
        "https://www.alphaxiv.org/abs/2603.01234",
        "10.48550/arXiv.2603.01234",
        "https://doi.org/10.48550/arXiv.2603.01234",
    ],
)
def test_every_form_of_an_arxiv_id_is_the_same_paper(typed: str) -> None:
    assert read_wanted(typed) == Wanted("arxiv", "2603.01234")


def test_a_page_of_this_site_names_its_paper(settings: Any) -> None:
    settings.SITE_URL = "http://localhost:8100"
    assert read_wanted("http://localhost:8100/paper/2603.01234/") == Wanted("arxiv", "2603.01234")
    for path in ("number/07/", "number/7/cite.bib"):
        assert read_wanted(f"localhost:8100/paper/{path}") == Wanted("number", "7")
    with pytest.raises(ValueError, match="names port 8200"):
        read_wanted("http://localhost:8200/paper/number/7/")


@pytest.mark.parametrize(
    "typed", ["10.1000/ABC.1", "https://doi.org/10.1000/abc.1", "doi:10.1000/abc.1"]
)
def test_a_doi_is_read_with_and_without_its_resolver(typed: str) -> None:
    assert read_wanted(typed) == Wanted("doi", "10.1000/abc.1")


def test_another_address_is_kept_with_the_doi_it_holds() -> None:
    wanted = read_wanted("https://dl.example.org/doi/10.1000/abc.1#page")
    assert wanted == Wanted("url", "https://dl.example.org/doi/10.1000/abc.1", "10.1000/abc.1")
    assert wanted.names == (("url", wanted.value), ("doi", "10.1000/abc.1"))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("  ", "Paste an arXiv id"),
        ("2613.01234", "there is no month 13"),
        ("attention is all you need", "neither an arXiv id nor a DOI"),
        ("x" * 300, "neither an arXiv id nor a DOI"),
        ("http://127.0.0.1/paper", "own network"),
        ("https://ada:secret@example.org/paper", "a password"),
    ],
)
def test_what_names_no_paper_is_refused_in_words(typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_wanted(typed)
