import pytest

from papers.feeds.records import ParseError
from readinglists.imports import pasted
from readinglists.imports.records import ImportedFile


def values(found: ImportedFile) -> list[str]:
    return [record.names[0][1] for record in found.records]


def test_ids_dois_and_addresses_are_found_anywhere() -> None:
    found = pasted.read(
        "Dear all, see https://arxiv.org/pdf/2401.00001v2.pdf, and 10.1145/1234.5678.\n"
        "Also (arXiv:2401.00002), hep-th/9901001v3; https://example.org/a_(b). Bye\n"
    )
    assert values(found) == [
        "2401.00001",
        "10.1145/1234.5678",
        "2401.00002",
        "hep-th/9901001",
        "https://example.org/a_(b)",
    ]


def test_a_list_of_ids_keeps_its_sections() -> None:
    found = pasted.read("2401.00001\n# Kestrels\n2401.00002, 2401.00003\n#\n10.1234/x\n")
    assert [(r.section, r.names[0][1]) for r in found.records] == [
        ("", "2401.00001"),
        ("Kestrels", "2401.00002"),
        ("Kestrels", "2401.00003"),
        ("", "10.1234/x"),
    ]
    assert found.title == ""


def test_our_markdown_reads_back() -> None:
    found = pasted.read(
        "# My \\[list\\]\n\nabout arXiv:2401.99999\n<https://site.example/lists/1/>\n\n"
        "- [A 2401.00009](https://arxiv.org/abs/2401.00001). Ada (2024). doi:10.1234/a\\_b\n"
        "  Tags: x, y\n\n  note \\- one\n    in\n\n  \\# last\n\n## Kestrels\n\n"
        "- [B](https://pub.example/x). Ada (2024). doi:10.1234/q\n##\n"
        "- [C](https://site.example/paper/number/5/). (2024)\n"
    )
    first, second, third = found.records
    assert found.title == "My [list]"
    assert first.names == (("arxiv", "2401.00001"),)
    assert first.tags == ("x", "y")
    assert first.note == "note - one\n  in\n\n# last"
    assert second.names == (("doi", "10.1234/q"), ("url", "https://pub.example/x"))
    assert (second.section, third.section) == ("Kestrels", "")
    assert third.names == (("url", "https://site.example/paper/number/5/"),)
    assert not found.problems


def test_an_item_of_somebodys_list_is_one_paper() -> None:
    found = pasted.read(
        "## Models\n* **Attention**, [paper](https://arxiv.org/abs/1706.03762),"
        " [code](https://github.com/a/b)\n1. Two: 2401.00001 and 2401.00002\n"
    )
    assert values(found) == ["1706.03762", "2401.00001", "2401.00002"]
    assert found.records[0].section == "Models"


def test_lines_of_a_list_that_name_no_paper_are_told() -> None:
    found = pasted.read("2401.00001\nattention is all you need\n2401.00002\n2499.00001\n")
    assert [problem.where for problem in found.problems] == ["line 2", "line 4"]


def test_prose_is_not_told_line_by_line() -> None:
    found = pasted.read("Dear all,\nhow are you?\nI read 2401.00001\nYours\nAda\nMoor\n")
    assert values(found) == ["2401.00001"]
    assert not found.problems


def test_figures_are_no_ids() -> None:
    with pytest.raises(ParseError, match="No arXiv id"):
        pasted.read("pi is 3.14159\nand 1.2401.00001\nin 2024.1\nand more\nand more\nand more\n")


def test_a_text_without_names_is_refused_in_words() -> None:
    with pytest.raises(ParseError, match="No arXiv id"):
        pasted.read("a\n" * 100)
