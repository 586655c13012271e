from readinglists.imports import ris


def test_a_record_tells_all_that_a_list_keeps() -> None:
    found = ris.read(
        "TY  - JOUR\r\nTI  - A title\r\n  going on\r\nAU  - Moor, Ada, Jr.\r\nAU  - Team\r\n"
        "PY  - 2024/03//\r\nDO  - https://doi.org/10.1234/AbC\r\nAN  - arXiv:2401.00001\r\n"
        "KW  - a\r\nKW  - b\r\nN1  - one\r\nN1  - \r\nN1  - two\r\nU1  - Kestrels\r\nER  - \r\n"
    )
    (record,) = found.records
    assert record.names == (("arxiv", "2401.00001"), ("doi", "10.1234/abc"))
    assert record.title == "A title going on"
    assert record.authors == ("Ada Moor, Jr.", "Team")
    assert (record.year, record.tags, record.section) == (2024, ("a", "b"), "Kestrels")
    assert record.note == "one\n\ntwo"
    assert record.where == "line 1"


def test_a_record_that_is_not_ended_is_read_and_parted_from_the_next() -> None:
    found = ris.read(
        "TY  - JOUR\nDO  - 10.1234/x\nTY  - JOUR\nUR  - https://arxiv.org/abs/2401.00001"
    )
    assert [record.names for record in found.records] == [
        (("doi", "10.1234/x"),),
        (("arxiv", "2401.00001"),),
    ]
    assert [record.where for record in found.records] == ["line 1", "line 3"]


def test_tags_with_one_space_are_tags() -> None:
    assert ris.read("TY - JOUR\nDO - 10.1234/x\nER -\n").records[0].names == (("doi", "10.1234/x"),)


def test_text_outside_of_records_is_told() -> None:
    found = ris.read("Exported by X\nTY  - JOUR\nDO  - 10.1234/x\nER  - \n")
    assert [problem.where for problem in found.problems] == ["line 1"]
    assert len(found.records) == 1


def test_a_note_names_no_other_paper() -> None:
    found = ris.read("TY  - JOUR\nDO  - 10.1234/x\nN1  - see arXiv:2401.00001\nER  - \n")
    assert found.records[0].names == (("doi", "10.1234/x"),)
