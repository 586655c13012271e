import pytest

from papers.search.pasted import paper_named
from papers.search.tree import Identified


@pytest.mark.parametrize(
    "text",
    [
        "2106.15928",
        "arXiv:2106.15928v3",
        "arXiv 2106.15928",
        "arXiv:2106.15928v3 [cs.CL]",
        "[2106.15928]",
        "2106.15928.",
        "<https://arxiv.org/abs/2106.15928>",
        "https://arxiv.org/abs/2106.15928v2",
        "https://arxiv.org/abs/2106.15928?context=cs",
        "https://arxiv.org/html/2106.15928v1#S1",
        "https://arxiv.org/pdf/2106.15928.pdf",
        "huggingface.co/papers/2106.15928",
        "https://www.alphaxiv.org/abs/2106.15928",
        "10.48550/arXiv.2106.15928",
        " https://doi.org/10.48550/arXiv.2106.15928 ",
        "https://scirate.com/arxiv/2106.15928",
        "https://www.semanticscholar.org/arxiv/2106.15928?utm=1",
        "https://ui.adsabs.harvard.edu/abs/arXiv:2106.15928/abstract",
        "https://ui.adsabs.harvard.edu/abs/arXiv%3A2106.15928/abstract",
        "https://papers.example/papers/2106.15928v2.pdf",
        "https://sanity.example/?rank=pid&pid=2106.15928",
        "https://web.archive.org/web/2021/https://arxiv.org/abs/2106.15928",
    ],
)
def test_an_arxiv_id_is_recognised_however_it_is_written(text: str) -> None:
    assert paper_named(text) == Identified("id", "2106.15928")


@pytest.mark.parametrize(
    "text",
    [
        "hep-th/9901001",
        "arXiv:hep-th/9901001v2 [hep-th]",
        "https://arxiv.org/pdf/hep-th/9901001v2.pdf",
        "https://scirate.com/arxiv/hep-th/9901001",
    ],
)
def test_an_id_of_the_old_kind_is_recognised(text: str) -> None:
    assert paper_named(text) == Identified("id", "hep-th/9901001")


@pytest.mark.parametrize(
    "text",
    [
        "10.1000/182",
        "doi:10.1000/182",
        "(doi: 10.1000/182).",
        "https://doi.org/10.1000/182",
        "https://dx.doi.org/10.1000/182",
        "https://publisher.example/doi/full/10.1000/182",
    ],
)
def test_a_doi_is_recognised_however_it_is_written(text: str) -> None:
    assert paper_named(text) == Identified("doi", "10.1000/182")


def test_brackets_of_a_doi_belong_to_it() -> None:
    assert paper_named("10.1016/S0(99)1-2") == Identified("doi", "10.1016/s0(99)1-2")


@pytest.mark.parametrize(
    "text",
    [
        "attention 2106",
        "attention 2106.15928",
        "",
        "()",
        '"',
        "arxiv papers",
        "https://example.org/2106.15928",
        "https://example.org/watch?v=2106.15928",
        "https://example.org/papers/2106.159281234",
        "https://example.org/papers/2199.15928",
        "see https://publisher.example/doi/10.1000/182",
        "https://arxiv.org/list/cs.CL/new",
        "2106.15928" + " " * 2000 + "[cs.CL]",
    ],
)
def test_words_name_no_paper(text: str) -> None:
    assert paper_named(text) is None
