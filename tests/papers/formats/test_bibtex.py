from dataclasses import replace
from datetime import UTC, datetime

import pytest
from bibtexparser.entrypoint import parse_string as parse_bibtex

from papers.formats import Head, Item
from papers.formats.bibtex import person
from papers.formats.facts import key_of
from papers.latex import to_text
from papers.references import Reference
from tests.papers.formats.sample import PAPER, written


def bibtex(*items: Item | Reference, head: Head | None = None) -> str:
    return written("bib", *items, head=head)


def title_of(text: str) -> str:
    line = next(line for line in bibtex(replace(PAPER, title=text)).splitlines() if "title" in line)
    return line.removeprefix("  title = {").removesuffix("},")


def test_a_preprint_is_a_whole_entry() -> None:
    assert bibtex(PAPER) == (
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
    assert bibtex() == ""


def test_notes_are_comments_that_hold_no_entry() -> None:
    text = bibtex(head=Head(notes=("write to a@b\n@misc{x}",)))
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
    text = bibtex(replace(PAPER, journal_ref=journal_ref))
    assert text.startswith(kind)
    assert field in text


def test_a_paper_that_is_not_on_arxiv_has_no_eprint() -> None:
    text = bibtex(replace(PAPER, arxiv_id="", doi="10.1000/birds_3", url="https://example.org/a"))
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
        ("Smith III, John", "Smith, III, John"),
        ("Ada and Bo", "{Ada and Bo}"),
        ("others", "{others}"),
        ("bell hooks", "hooks, bell"),
        ("danah m. boyd", "boyd, danah m."),
        ("中村 太郎", "{中村 太郎}"),
        ("نور الهدى", "الهدى, نور"),
        ("O'Neil {Ann}", r"\textbraceleft{}Ann\textbraceright{}, O'Neil"),
        ("@Bot, =1+1", "@Bot, =1+1"),
        ("a, b, c, d", "{a, b, c, d}"),
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
        ("The \u03bc-law and \u0394x, \u03c3", r"The {$\mu$}-law and {$\Delta$}x, {$\sigma$}"),
        ("$x_\u03b1$-owls", r"{$x_{\alpha}$}-owls"),
        ("On \u03bb\u03cc\u03b3\u03bf\u03c2", "On \u03bb\u03cc\u03b3\u03bf\u03c2"),
    ],
)
def test_titles_are_escaped_and_keep_capitals_and_maths(title: str, written: str) -> None:
    assert title_of(title) == written


@pytest.mark.parametrize("text", ["}}}", "{{{", r"\{", "$}{$", r"$\frac{1$", "%\n@misc{x,"])
def test_braces_always_balance(text: str) -> None:
    text_out = bibtex(replace(PAPER, title=text, authors=(text,), journal_ref=text, url=text))
    depth = 0
    for sign in text_out:
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0


@pytest.mark.promise(38)
@pytest.mark.parametrize(
    "text",
    [
        r"$\input{/etc/passwd}$",
        r"$\write18{rm -r x}$",
        r"$^^5cinput{x}$",
        r"$\def\a{\a\a}\a$",
        r"$\csname input\endcsname x$",
        r"\input{secret} \write18{x}",
        "$x$}, year = {1",
        "\\",
        "$x\\$",
        "=cmd|' /C calc'!A0",
        "a\r\n@book{b, title = {c}}",
    ],
)
def test_nothing_in_a_text_is_a_command_or_an_entry(text: str) -> None:
    written_out = bibtex(
        Item(
            replace(PAPER, title=text, authors=(text, text), journal_ref=text, doi=text, url=text),
            note=f"{text}\n{text}",
            tags=(text,),
            section=text,
        )
    )
    for command in (r"\input", r"\write", r"\def", r"\csname", "^^"):
        assert command not in written_out
    library = parse_bibtex(written_out)
    assert not library.failed_blocks
    (entry,) = library.entries
    assert (entry.entry_type, entry["year"], entry["eprint"]) == ("article", "2026", "2603.00141")


@pytest.mark.parametrize("letter", "\u03b1\u03b5\u03c6\u03c9\u0393\u03a9")
def test_a_greek_letter_comes_back(letter: str) -> None:
    assert to_text(title_of(f"The {letter} test")) == f"The {letter} test"


def test_maths_that_everybody_writes_stays_maths() -> None:
    source = r"$\mathcal{O}(n\log n)$"
    assert title_of(f"In {source}") == f"In {{{source}}}"


def test_what_a_reader_added_comes_back() -> None:
    note = "First: 100% of {it}\n\n- dashed -- so 'tis ``quoted''\n@misc{x,\n  @(y"
    text = bibtex(Item(PAPER, note, ("to read", "R&D"), "Birds, mostly"))
    (entry,) = parse_bibtex(text).entries
    assert in_words(entry["annote"]) == note.replace("  @", "@")
    assert in_words(entry["keywords"]) == "to read, R&D"
    assert in_words(entry["x-section"]) == "Birds, mostly"


def in_words(written_out: str) -> str:
    """As LaTeX would print it, which alone knows what the braces are for."""
    return "\n".join(to_text(line).strip() for line in written_out.split("\n"))


def test_every_kind_of_line_break_is_one() -> None:
    text = bibtex(Item(PAPER, note="\r\na\r\nb\rc\x0bd\n\n"))
    assert "annote = {a\nb\nc\nd}" in text


def test_a_doi_that_would_break_the_entry_is_left_out() -> None:
    assert "doi" not in bibtex(replace(PAPER, doi="10.1000/{x"))
