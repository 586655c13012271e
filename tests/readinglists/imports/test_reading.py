import codecs

import pytest

from papers.feeds.records import ParseError
from readinglists.imports import records
from readinglists.imports.reading import FORMATS, read

BIBTEX = "@misc{a, doi={10.1234/x}, title={Café}}"
FILES = {
    "bibtex": BIBTEX,
    "ris": "TY  - JOUR\nDO  - 10.1234/x\nER  - \n",
    "csl": '[{"title": "T", "DOI": "10.1234/x"}]',
    "zotero_rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:bib="http://purl.org/net/biblio#"><bib:Article rdf:about="#a"/></rdf:RDF>',
    "table": "title,doi\nT,10.1234/x\n",
    "arxiv_sanity": '{"rl": ["2401.00001"]}',
    "bookmarks": "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><A HREF='https://a.org/'>x</A>",
    "pasted": "2401.00001",
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("filename", ["", "papers.bib", "papers.txt", "papers.csv", "papers.ris"])
def test_the_format_is_told_by_what_the_file_holds(name: str, filename: str) -> None:
    assert read(FILES[name].encode(), filename=filename).format == name


@pytest.mark.parametrize(
    ("data", "charset", "is_guessed"),
    [
        (BIBTEX.encode(), "utf-8", False),
        (codecs.BOM_UTF8 + BIBTEX.encode(), "utf-8", False),
        (codecs.BOM_UTF16_LE + BIBTEX.encode("utf-16-le"), "utf-16-le", False),
        (codecs.BOM_UTF16_BE + BIBTEX.encode("utf-16-be"), "utf-16-be", False),
        (BIBTEX.encode("cp1252"), "windows-1252", True),
    ],
)
def test_letters_are_read_whatever_the_encoding(
    data: bytes, charset: str, is_guessed: bool
) -> None:
    found = read(data)
    assert found.records[0].title == "Café"
    assert (found.charset, found.is_guessed) == (charset, is_guessed)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \r\n\0", "empty"),
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04xl", "ZIP file"),
        (b"\x80\x04\x95\x00", "pickle"),
        (b"<html>\n<body>\nhello\n</body>\n</html>", "No arXiv id"),
    ],
)
def test_what_holds_no_papers_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        read(data)


def test_a_table_of_the_right_name_is_read_as_one() -> None:
    with pytest.raises(ParseError, match="names no column"):
        read(b"a,b\n1,2\n", filename="papers.CSV")


def test_beyond_the_most_papers_the_rest_is_left_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_RECORDS", 2)
    found = read(b"2401.00001\n2401.00002\n2401.00003\n")
    assert len(found.records) == 2
    assert "rest is left out" in found.problems[-1].words


def test_what_is_too_long_for_a_list_is_cut_and_told() -> None:
    tags = ", ".join(f"t{number}" for number in range(25))
    found = read(
        f"@misc{{a, doi={{10.1234/x}}, annote={{{'x' * 6000}}}, x-section={{{'s' * 300}}},"
        f" keywords={{{tags}, {'k' * 60}}}}}".encode()
    )
    (record,) = found.records
    assert (len(record.note), len(record.section), len(record.tags)) == (5_000, 200, 20)
    assert len(found.problems) == 4
