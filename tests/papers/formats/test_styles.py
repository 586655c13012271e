from dataclasses import replace
from datetime import UTC, datetime

from papers.formats.styles import apa, ieee, in_plain
from papers.references import Reference

_DAY = datetime(2026, 3, 2, tzinfo=UTC)
PREPRINT = Reference(
    paper_id=1,
    arxiv_id="2603.00141",
    title="On $x^2$ and kestrels",
    abstract="",
    authors=("Ada Maria van der Berg", "Jean-Luc Moor", "The Tide Collaboration"),
    primary_category="cs.LG",
    categories=("cs.LG",),
    doi="",
    journal_ref="",
    url="https://arxiv.org/abs/2603.00141",
    page="https://papers.example.org/paper/2603.00141/",
    published_at=_DAY,
    updated_at=_DAY,
    first_seen_at=_DAY,
)
PUBLISHED = replace(PREPRINT, doi="10.1/tides", journal_ref="J. Tides 12, 3 (2026)")


def test_apa_writes_a_preprint_with_its_number() -> None:
    assert apa(PREPRINT) == (
        "van der Berg, A. M., Moor, J.-L., & The Tide Collaboration. (2026). On x² and kestrels"
        " (arXiv:2603.00141). arXiv. https://arxiv.org/abs/2603.00141"
    )


def test_apa_writes_a_published_paper_with_its_doi() -> None:
    assert apa(PUBLISHED).endswith("kestrels. J. Tides 12, 3 (2026). https://doi.org/10.1/tides")


def test_apa_names_nineteen_of_many_authors_and_the_last() -> None:
    many = replace(PREPRINT, authors=("Ada Moor",) * 3000 + ("Zoe Oak",))
    assert ", Moor, A., . . . Oak, Z. (2026)." in apa(many)
    assert apa(many).count("Moor") == 19


def test_apa_begins_with_the_title_where_nobody_is_named() -> None:
    assert apa(replace(PREPRINT, authors=())).startswith("On x² and kestrels (arXiv:2603.00141).")


def test_ieee_puts_initials_first_and_the_title_in_quotes() -> None:
    assert ieee(PREPRINT) == (
        "A. M. van der Berg, J.-L. Moor, and The Tide Collaboration, “On x² and kestrels,” 2026,"
        " arXiv:2603.00141."
    )
    assert ieee(PUBLISHED).endswith("J. Tides 12, 3 (2026), 2026, doi: 10.1/tides.")
    assert ieee(replace(PREPRINT, authors=("Ada Moor", "Bo Sol"))).startswith("A. Moor and B. Sol,")
    assert ieee(replace(PREPRINT, authors=("Ada Moor",) * 7)).startswith("A. Moor et al., “")


def test_names_that_have_no_initials_stay_whole() -> None:
    assert apa(replace(PREPRINT, authors=("王小明",))).startswith("王小明. (2026).")


def test_plain_writes_names_as_they_came() -> None:
    assert in_plain(replace(PREPRINT, authors=("Ada Moor", "Bo Sol"))) == (
        "Ada Moor, Bo Sol (2026). On x² and kestrels. arXiv:2603.00141."
        " https://arxiv.org/abs/2603.00141"
    )
