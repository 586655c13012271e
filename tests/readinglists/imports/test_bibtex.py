from readinglists.imports import bibtex
from readinglists.imports.records import ImportedFile, ImportedRecord


def read_one(fields: str) -> ImportedRecord:
    found = bibtex.read(f"@article{{moor2024,\n  {fields}\n}}")
    (record,) = found.records
    return record


def words_of(found: ImportedFile) -> list[str]:
    return [problem.words for problem in found.problems]


def test_an_entry_tells_all_that_a_list_keeps() -> None:
    record = read_one(
        r"title = {G{\"o}del \& {GPT}}, author = {van der Berg, Jr., Ada and {The Team} and B. Li},"
        r" year = 2024, eprint = {2401.00001v2}, archivePrefix = {arXiv}, doi = {10.1234/AbC},"
        r" keywords = {a, b}, annote = {100\% of it}, x-section = {Kestrels},"
        r" timestamp = {2024-05-06}"
    )
    assert record.names == (("arxiv", "2401.00001"), ("doi", "10.1234/abc"))
    assert record.title == "Gödel & GPT"
    assert record.authors == ("Ada van der Berg, Jr.", "The Team", "B. Li")
    assert (record.year, record.tags, record.section) == (2024, ("a", "b"), "Kestrels")
    assert record.note == "100% of it"
    assert record.where == "line 1 (moor2024)"
    assert record.added_at
    assert record.added_at.isoformat() == "2024-05-06T00:00:00+00:00"


def test_ids_are_found_where_other_programs_put_them() -> None:
    for field in (
        "journal = {arXiv preprint arXiv:1706.03762}",
        "volume = {abs/1706.03762}",
        "doi = {10.48550/arXiv.1706.03762}",
        "url = {http://arxiv.org/abs/1706.03762v5}",
        r"howpublished = {\url{https://arxiv.org/abs/1706.03762}}",
        "note = {arXiv:1706.03762 [cs]}",
        "eprint = {1706.03762 [cs.CL]}",
        "arxivId = {1706.03762}",
    ):
        assert read_one(field).names == (("arxiv", "1706.03762"),), field


def test_another_archives_eprint_is_no_arxiv_id() -> None:
    assert read_one("eprint = {2401.00001}, eprinttype = {hal}").names == ()


def test_a_note_that_only_names_the_paper_is_no_note() -> None:
    assert read_one("note = {arXiv:1706.03762 [cs]}").note == ""
    assert read_one("note = {Read twice}").note == "Read twice"


def test_a_broken_entry_is_told_and_the_next_is_read() -> None:
    found = bibtex.read(
        "@article{a,\n title = {open,\n}\n\n@article{b, doi={10.1234/x}}\n@misc{c, doi}\n"
    )
    assert [record.names for record in found.records] == [(("doi", "10.1234/x"),)]
    assert [problem.where for problem in found.problems] == ["line 1", "line 6"]
    assert all("broken" in words for words in words_of(found))


def test_two_entries_may_have_one_key_and_a_field_may_stand_twice() -> None:
    found = bibtex.read("@misc{a, doi={10.1234/x}}\n@misc{a, doi={10.1234/y}, doi={10.1234/z}}")
    assert [record.names[0][1] for record in found.records] == ["10.1234/x", "10.1234/y"]


def test_macros_and_comments_are_no_papers() -> None:
    found = bibtex.read(
        '@string{j = "A Journal"}\n@comment{jabref-meta}\n@preamble{"x"}\n@misc{a, title=j}'
    )
    assert [record.title for record in found.records] == ["A Journal"]
    assert not found.problems


def test_an_at_sign_that_begins_a_line_of_a_note_begins_no_entry() -> None:
    note = read_one("annote = {first\n@foo (bar)\n@\n@misc(x)}").note
    assert note == "first\n@foo (bar)\n@\n@misc(x)"


def test_what_is_no_id_is_told() -> None:
    found = bibtex.read("@misc{a, eprint={9999.99999}, title={T}}")
    assert found.records[0].names == ()
    assert [problem.excerpt for problem in found.problems] == ["9999.99999"]
