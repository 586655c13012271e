"""Real papers through the programs that read .bib files: BibTeX, biber, pybtex, bibtexparser."""

import gzip
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from bibtexparser.entrypoint import parse_string as parse_bibtex
from pybtex.database import parse_string

from papers.formats import Item
from papers.formats.facts import key_of
from papers.formats.lines import one_line
from papers.latex import to_text
from papers.references import Reference
from tests.papers.feeds.sampling import SHARED, needs_shared_data
from tests.papers.formats.sample import PAPER, written

COUNT = 500
AUX = "\\relax\n\\citation{*}\n\\bibstyle{plain}\n\\bibdata{papers}\n"
_BRACES = re.compile(r"[{}]")


def has_plain_style() -> bool:
    asked = shutil.which("kpsewhich") and subprocess.run(
        ["kpsewhich", "plain.bst"], capture_output=True, check=False
    )
    return bool(asked and asked.stdout)


needs_bibtex = pytest.mark.skipif(
    not (shutil.which("bibtex") and has_plain_style()), reason="bibtex is not installed"
)
needs_latex = pytest.mark.skipif(
    not (shutil.which("pdflatex") and shutil.which("bibtex") and has_plain_style()),
    reason="pdflatex or bibtex is not installed",
)
needs_biber = pytest.mark.skipif(not shutil.which("biber"), reason="biber is not installed")


def references() -> Iterator[Reference]:
    """Every two hundredth recorded paper; some as if they had come out in journals."""
    with gzip.open(SHARED / "papers.jsonl.gz", "rt", encoding="utf-8") as rows:
        for number, row in enumerate(islice(rows, 0, None, 200)):
            paper = json.loads(row)
            yield replace(
                PAPER,
                paper_id=number,
                arxiv_id=paper["arxiv_id"],
                title=paper["title"],
                authors=tuple(paper["authors"]),
                journal_ref=("", "J. Owls & Co. 3 (2026)", "Proc. of Owls_2026")[number % 3],
                url=f"https://arxiv.org/abs/{paper['arxiv_id']}",
            )


@pytest.fixture(scope="module")
def papers() -> list[Reference]:
    return list(islice(references(), COUNT))


@pytest.fixture
def folder(papers: list[Reference], tmp_path: Path) -> Path:
    items = [Item(paper, "First\n\nSecond: 5 % of {it}", ("to read",), "Birds") for paper in papers]
    (tmp_path / "papers.bib").write_text(written("bib", *items), encoding="utf-8")
    (tmp_path / "papers.aux").write_text(AUX, encoding="utf-8")
    return tmp_path


def in_words(tex: str) -> str:
    """A title as printed, without the braces that keep its capitals."""
    return _BRACES.sub("", one_line(to_text(tex)))


@needs_shared_data
def test_bibtexparser_reads_every_entry_back(papers: list[Reference], folder: Path) -> None:
    library = parse_bibtex((folder / "papers.bib").read_text(encoding="utf-8"))
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == [key_of(paper) for paper in papers]
    assert len({entry.key.lower() for entry in library.entries}) == len(papers)
    said = [in_words(entry["title"]) for entry in library.entries]
    assert said == [in_words(paper.title) for paper in papers]


@needs_shared_data
def test_pybtex_reads_every_entry_and_all_authors(papers: list[Reference], folder: Path) -> None:
    library = parse_string((folder / "papers.bib").read_text(encoding="utf-8"), "bibtex")
    assert list(library.entries) == [key_of(paper) for paper in papers]
    persons = [len(entry.persons.get("author", ())) for entry in library.entries.values()]
    assert persons == [len(paper.authors) for paper in papers]


@needs_shared_data
@needs_bibtex
def test_bibtex_sets_every_entry_without_an_error(papers: list[Reference], folder: Path) -> None:
    run = subprocess.run(
        ["bibtex", "papers"], cwd=folder, capture_output=True, text=True, check=False
    )
    warnings = [line for line in run.stdout.splitlines() if line.startswith("Warning--")]
    # An entry without authors cannot be sorted by them: it is true of the paper.
    assert [line for line in warnings if "author" not in line] == []
    assert "error message" not in run.stdout
    bibliography = (folder / "papers.bbl").read_text(encoding="utf-8", errors="replace")
    assert bibliography.count("\\bibitem{") == len(papers)


@needs_shared_data
@needs_biber
def test_biber_finds_nothing_wrong(papers: list[Reference], folder: Path) -> None:
    run = subprocess.run(
        ["biber", "--tool", "--validate-datamodel", "papers.bib"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    warnings = [line for line in run.stdout.splitlines() if re.match("WARN|ERROR", line)]
    expected = ("Field 'x-section' invalid in data model", "Missing mandatory field 'author'")
    assert [line for line in warnings if not any(words in line for words in expected)] == []
    assert (folder / "papers_bibertool.bib").read_text(encoding="utf-8").count("\n@") >= len(
        papers
    ) - 1


NASTY_TITLES = (
    r"$a \\% b$ of 5 % owls",
    r"$\{ a }$ and $ { a \} $",
    r"\\% begins \input{secret} and \write18",
    r"100 % of $\frac{1}{2}$ & _others_ #1 ~ ^ \ ",
    r"$\{x\}$ in {Braces} } and {",
)
DOCUMENT = r"""\documentclass{article}\usepackage[utf8]{inputenc}\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb}\begin{document}\nocite{*}\bibliographystyle{plain}
\bibliography{papers}\end{document}
"""


@pytest.mark.promise(38)
@needs_latex
def test_latex_sets_titles_that_would_break_it(tmp_path: Path) -> None:
    papers = [
        replace(PAPER, paper_id=number, arxiv_id=f"2603.{number:05}", title=title)
        for number, title in enumerate(NASTY_TITLES, start=1)
    ]
    (tmp_path / "papers.bib").write_text(written("bib", *map(Item, papers)), encoding="utf-8")
    (tmp_path / "paper.tex").write_text(DOCUMENT, encoding="utf-8")
    latex = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "paper"]
    for command in (latex, ["bibtex", "paper"], latex):
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        said = run.stdout.decode(errors="replace")
        assert run.returncode == 0, said[-2000:]
    assert (tmp_path / "paper.bbl").read_text(errors="replace").count("\\bibitem{") == len(papers)
