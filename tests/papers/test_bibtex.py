from dataclasses import replace
from datetime import UTC, datetime

import pytest

from papers.bibtex import bibtex, key_of, person
from papers.references import Reference

MOMENT = datetime(2026, 3, 2, tzinfo=UTC)
PAPER = Reference(
    paper_id=7,
    arxiv_id="2603.00141",
    title="Kestrels at dusk",
    abstract="They hover.",
    authors=("Ada van der Moor", "Björn Ål"),
    primary_category="cs.LG",
    categories=("cs.CL", "cs.LG"),
    doi="",
    journal_ref="",
    url="https://arxiv.org/abs/2603.00141",
    page="http://localhost/paper/2603.00141/",
    published_at=MOMENT,
    updated_at=MOMENT,
    first_seen_at=MOMENT,
)


def title_of(text: str) -> str:
    line = next(
        line for line in bibtex([replace(PAPER, title=text)]).splitlines() if "title" in line
    )
    return line.removeprefix("  title = {").removesuffix("},")


def test_a_preprint_is_a_whole_entry() -> None:
    assert bibtex([PAPER]) == (
        "@misc{vandermoor2026-2603.00141,\n"
        "  title = {Kestrels at dusk},\n"
        "  author = {van der Moor, Ada and Ål, Björn},\n"
        "  year = {2026},\n"
        "  month = mar,\n"
        "  eprint = {2603.00141},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.LG},\n"
        "  url = {https://arxiv.org/abs/2603.00141}\n"
        "}\n"
    )


def test_no_papers_are_an_empty_file() -> None:
    assert bibtex([]) == ""


def test_notes_are_comments_that_hold_no_entry() -> None:
    text = bibtex([], notes=["write to a@b\n@misc{x}"])
    assert text == "% write to a(at)b (at)misc{x}\n"


@pytest.mark.parametrize(
    ("journal_ref", "kind", "field"),
    [
        ("J. Birds 3 (2026) 1-9", "@article", "journal = {J. Birds 3 (2026) 1-9}"),
        ("Proceedings of Owls 2026", "@inproceedings", "booktitle = {Proceedings of Owls 2026}"),
        ("", "@misc", "archivePrefix = {arXiv}"),
    ],
)
def test_the_type_follows_where_it_was_published(journal_ref: str, kind: str, field: str) -> None:
    text = bibtex([replace(PAPER, journal_ref=journal_ref)])
    assert text.startswith(kind)
    assert field in text


def test_a_paper_that_is_not_on_arxiv_has_no_eprint() -> None:
    text = bibtex([replace(PAPER, arxiv_id="", doi="10.1000/birds_3", url="https://example.org/a")])
    assert "eprint" not in text
    assert "primaryClass" not in text
    assert "doi = {10.1000/birds_3}" in text


def test_the_key_outlives_a_new_title_and_a_new_version() -> None:
    later = replace(PAPER, title="Owls", updated_at=datetime(2027, 1, 1, tzinfo=UTC))
    assert key_of(later) == key_of(PAPER) == "vandermoor2026-2603.00141"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"authors": ("Łukasz Øst",)}, "ost2026-2603.00141"),
        ({"authors": ()}, "anon2026-2603.00141"),
        ({"authors": ("中村",)}, "anon2026-2603.00141"),
        ({"authors": ("DeepOwl Team",)}, "deepowl2026-2603.00141"),
        ({"arxiv_id": "hep-th/9901001"}, "vandermoor1999-hep-th-9901001"),
        ({"arxiv_id": ""}, "vandermoor2026-n7"),
    ],
)
def test_keys_hold_plain_characters_only(changes: dict[str, object], key: str) -> None:
    assert key_of(replace(PAPER, **changes)) == key  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ada Moor", "Moor, Ada"),
        ("Ada B. C. Moor", "Moor, Ada B. C."),
        ("Ludwig van Beethoven", "van Beethoven, Ludwig"),
        ("Guy Van den Broeck", "Van den Broeck, Guy"),
        ("Luc De Raedt", "De Raedt, Luc"),
        ("Thi Van Nguyen", "Nguyen, Thi Van"),
        ("Juan de la Cruz", "de la Cruz, Juan"),
        ("Sammy Davis Jr.", "Davis, Jr., Sammy"),
        ("John Smith, III", "Smith, III, John"),
        ("Moor, Ada", "Moor, Ada"),
        ("van Moor, Ada", "van Moor, Ada"),
        ("Jürgen Schölkopf", "Schölkopf, Jürgen"),
        ("DeepSeek-AI", "{DeepSeek-AI}"),
        ("The Owl Collaboration", "{The Owl Collaboration}"),
        ("Institute for Birds and Trees", "{Institute for Birds and Trees}"),
        ("Smith & Sons Team", r"{Smith \& Sons Team}"),
    ],
)
def test_names_are_turned_as_bibtex_reads_them(name: str, written: str) -> None:
    assert person(name) == written


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Owls & kestrels: 100% of $5_000", r"Owls \& kestrels: 100\% of \$5\_000"),
        ("GPT-4 meets mT5 in Q-learning", "{GPT-4} meets {mT5} in {Q-learning}"),
        ("A plain Title", "A plain Title"),
        (r"Schr\"odinger's owl", "Schrödinger's owl"),
        (r"The $\alpha_{s}^2$-divergence", r"The {$\alpha_{s}^2$}-divergence"),
        ("Set {x of ~y", r"Set \textbraceleft{}x of \textasciitilde{}y"),
        ("Two\nlines\x00 here", "Two lines here"),
        (r"$50%$ of owls", r"{$50\%$} of owls"),
    ],
)
def test_titles_are_escaped_and_keep_capitals_and_maths(title: str, written: str) -> None:
    assert title_of(title) == written


@pytest.mark.parametrize("text", ["}}}", "{{{", r"\{", "$}{$", r"$\frac{1$", "%\n@misc{x,"])
def test_braces_always_balance(text: str) -> None:
    written = bibtex([replace(PAPER, title=text, authors=(text,), journal_ref=text, url=text)])
    depth = 0
    for sign in written:
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0


def test_a_doi_that_would_break_the_entry_is_left_out() -> None:
    assert "doi" not in bibtex([replace(PAPER, doi="10.1000/{x")])
