import pytest

from papers.feeds.records import ParseError
from readinglists.imports import table

ZOTERO = (
    '"Key","Item Type","Publication Year","Author","Title","DOI","Url","Date Added","Extra",'
    '"Notes","Manual Tags","Automatic Tags"\n'
    '"K","preprint","2017","Vaswani, Ashish; Shazeer, Noam","Attention","",'
    '"http://arxiv.org/abs/1706.03762","2020-01-01 10:00:00","arXiv:1706.03762 [cs]",'
    '"<p>Read <b>this</b></p><p>twice</p>","nlp; old","Computer Science"\n'
)


def test_our_own_columns_are_read() -> None:
    found = table.read(
        "\ufeffarxiv_id,doi,title,authors,year,url,section,tags,note,added\r\n"
        '2401.00001,10.1234/x,T,Ada Moor; B. Li,2024,https://x.org/,S,a; b,"one\ntwo",'
        "2026-01-02T03:04:05+00:00\r\n"
    )
    (record,) = found.records
    assert record.names[:2] == (("arxiv", "2401.00001"), ("doi", "10.1234/x"))
    assert record.authors == ("Ada Moor", "B. Li")
    assert (record.section, record.tags, record.note) == ("S", ("a", "b"), "one\ntwo")
    assert record.where == "line 2"


@pytest.mark.promise(38)
@pytest.mark.parametrize(
    ("cell", "text"),
    [("'=1+1", "=1+1"), ("''=1", "'=1"), ("'@x", "@x"), ("'tis", "'tis"), ("''", "''"), ("'", "'")],
)
def test_one_apostrophe_comes_off_a_cell_that_would_be_a_formula(cell: str, text: str) -> None:
    assert table.read(f'doi,title,note\n10.1234/x,T,"{cell}"\n').records[0].note == text


def test_zoteros_columns_are_read() -> None:
    (record,) = table.read(ZOTERO).records
    assert record.names == (("arxiv", "1706.03762"),)
    assert record.authors == ("Ashish Vaswani", "Noam Shazeer")
    assert (record.year, record.tags, record.note) == (2017, ("nlp", "old"), "Read this\ntwice")


@pytest.mark.parametrize(
    "text",
    [
        "Paper Title;Link\nA;https://arxiv.org/abs/2401.00001\n",
        "sep=;\r\nPaper Title;Link\r\nA;https://arxiv.org/abs/2401.00001\r\n",
        "title\tarXiv\nA\t2401.00001\n",
        "arXiv ID\r2401.00001\r",
    ],
)
def test_any_table_with_a_column_that_names_papers_is_read(text: str) -> None:
    assert table.begins_at(text, "x.csv") == 0
    assert table.read(text).records[0].names == (("arxiv", "2401.00001"),)


def test_a_table_without_such_a_column_is_refused_in_words() -> None:
    with pytest.raises(ParseError, match="names no column"):
        table.read("a,b\n1,2\n")


def test_a_cell_without_end_keeps_the_rows_before_it() -> None:
    found = table.read('doi,title\n10.1234/x,T\n10.1234/y,"' + "x" * 1_100_000)
    assert len(found.records) == 1
    assert [problem.where for problem in found.problems] == ["line 3"]
