from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.identifiers import (
    OLD_ARCHIVES,
    ArxivId,
    doi_in,
    month_of,
    normalise_doi,
    parse_arxiv_id,
)

versions = st.one_of(st.none(), st.integers(min_value=1, max_value=99))


@st.composite
def new_ids(draw: st.DrawFn) -> ArxivId:
    month = draw(st.integers(min_value=7 * 12 + 3, max_value=90 * 12 + 11))
    digits = 4 if month < 15 * 12 else 5
    number = draw(st.integers(min_value=0, max_value=10**digits - 1))
    base = f"{month // 12:02}{month % 12 + 1:02}.{number:0{digits}}"
    return ArxivId(base, draw(versions))


@st.composite
def old_ids(draw: st.DrawFn) -> ArxivId:
    month = draw(st.integers(min_value=1991 * 12, max_value=2007 * 12 + 2))
    number = draw(st.integers(min_value=0, max_value=999))
    base = f"{month // 12 % 100:02}{month % 12 + 1:02}{number:03}"
    return ArxivId(f"{draw(st.sampled_from(sorted(OLD_ARCHIVES)))}/{base}", draw(versions))


@given(st.one_of(new_ids(), old_ids()))
def test_every_id_survives_each_of_its_written_forms(arxiv_id: ArxivId) -> None:
    for form in (
        f"{arxiv_id}",
        f"arXiv:{arxiv_id}",
        f"oai:arXiv.org:{arxiv_id}",
        arxiv_id.abs_url,
        f"http://export.arxiv.org/pdf/{arxiv_id}.pdf",
        f"https://www.alphaxiv.org/abs/{arxiv_id}?tab=notes",
        f"https://huggingface.co/papers/{arxiv_id}",
        f"https://doi.org/10.48550/arXiv.{arxiv_id}",
    ):
        assert parse_arxiv_id(form) == arxiv_id


@given(st.text())
def test_any_text_is_an_id_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        parsed = parse_arxiv_id(text)
        assert parse_arxiv_id(str(parsed)) == parsed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2106.15928", ArxivId("2106.15928")),
        ("0704.0001v3", ArxivId("0704.0001", 3)),
        ("1501.00001", ArxivId("1501.00001")),
        ("2612.123456", ArxivId("2612.123456")),
        ("math.CA/0611800v2", ArxivId("math/0611800", 2)),
        ("MATH/0611800", ArxivId("math/0611800")),
        ("solv-int/9904001", ArxivId("solv-int/9904001")),
        ("cond-mat.str-el/0703001", ArxivId("cond-mat/0703001")),
        ("  ArXiv: 2106.15928v1 ", ArxivId("2106.15928", 1)),
        ("arxiv.org/abs/2106.15928v2", ArxivId("2106.15928", 2)),
        ("https://arxiv.org/pdf/hep-th/9901001v1.pdf", ArxivId("hep-th/9901001", 1)),
        ("https://arxiv.org/html/2106.15928v4#S2", ArxivId("2106.15928", 4)),
        ("https://arxiv.org/abs/math%2F0611800", ArxivId("math/0611800")),
        ("https://huggingface.co/papers/2106.15928.md", ArxivId("2106.15928")),
        ("HTTPS://ARXIV.ORG/ABS/2106.15928", ArxivId("2106.15928")),
        ("doi:10.48550/arXiv.2106.15928", ArxivId("2106.15928")),
        ("10.48550/ARXIV.math/0611800", ArxivId("math/0611800")),
    ],
)
def test_known_forms(text: str, expected: ArxivId) -> None:
    assert parse_arxiv_id(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2113.00001", "no month 13"),
        ("2100.00001", "no month 00"),
        ("0703.0001", "began in April 2007"),
        ("1412.00001", "4 digits"),
        ("1501.0001", "5 digits"),
        ("math/0704001", "ended in March 2007"),
        ("mathematics/0611800", "no such archive"),
        ("2106.15928v0", "versions begin at v1"),
        ("", "is not an arXiv id"),
        ("2106.15928 and more", "is not an arXiv id"),
        ("https://example.org/abs/2106.15928", "is not an arXiv id"),
        ("https://notarxiv.org/abs/2106.15928", "is not an arXiv id"),
        ("https://arxiv.org/list/cs.CL/new", "is not an arXiv id"),
        ("\uff12\uff11\uff10\uff16.15928", "is not an arXiv id"),
        ("2106.15928\n2106.15929", "is not an arXiv id"),
        ("x" * 10_000, "is not an arXiv id"),
    ],
)
def test_what_is_no_id_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_arxiv_id(text)


def test_a_refusal_quotes_no_more_than_a_line() -> None:
    with pytest.raises(ValueError, match="is not") as caught:
        parse_arxiv_id("y\n" * 4_000)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    "text",
    [
        "10.1103/PhysRevD.76.013009",
        "doi: 10.1103/physrevd.76.013009",
        "https://doi.org/10.1103/PhysRevD.76.013009",
        "http://dx.doi.org/10.1103%2FPhysRevD.76.013009.",
    ],
)
def test_one_doi_has_one_spelling(text: str) -> None:
    assert normalise_doi(text) == "10.1103/physrevd.76.013009"


@pytest.mark.parametrize("text", ["", "10.1103", "11.1103/x", "10.1103/two words", "see journal"])
def test_what_is_no_doi_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a DOI"):
        normalise_doi(text)


@pytest.mark.parametrize(
    ("arxiv_id", "month"),
    [
        ("2603.00101", date(2026, 3, 1)),
        ("0704.0001", date(2007, 4, 1)),
        ("math/0611800", date(2006, 11, 1)),
        ("hep-th/9108028", date(1991, 8, 1)),
    ],
)
def test_an_id_names_its_month(arxiv_id: str, month: date) -> None:
    assert month_of(arxiv_id) == month


def test_what_is_no_id_has_no_month() -> None:
    with pytest.raises(ValueError, match="is not an arXiv id"):
        month_of("windmill")


@pytest.mark.parametrize(
    ("address", "doi"),
    [
        ("https://example.org/doi/full/10.1000/abc.1", "10.1000/abc.1"),
        ("https://example.org/article/10.1007%2Fs00000-026-1", "10.1007/s00000-026-1"),
        ("https://example.org/doi/10.1000/abc.1/pdf", "10.1000/abc.1"),
        (
            "https://example.org/content/10.1101/2026.03.01.123456v2.full.pdf",
            "10.1101/2026.03.01.123456",
        ),
        ("https://example.org/article?id=10.1000/abc.1&type=printable", "10.1000/abc.1"),
        ("https://example.org/articles/s41586-026-1", ""),
        ("https://example.org/", ""),
        ("https://example.org/2010.12345/abc", ""),
        ("https://[example.org/10.1000/abc.1", ""),
    ],
)
def test_a_doi_is_found_in_the_address_of_a_page(address: str, doi: str) -> None:
    assert doi_in(address) == doi
