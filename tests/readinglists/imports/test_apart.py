import pytest

from papers.feeds.records import ParseError
from readinglists.imports import apart
from readinglists.imports.records import MOST_PROBLEMS, MOST_RECORDS, ImportedFile
from tests.readinglists.imports.hostile import FILES


def test_a_file_is_read_in_another_process() -> None:
    assert [r.names for r in apart.read_apart(b"2401.00001", "x.txt").records] == [
        (("arxiv", "2401.00001"),)
    ]


# Those that take longest, of kinds that others here are of too.
IN_THE_LONG_TIER = {
    "braces opened in BibTeX",
    "entries begun in BibTeX",
    "and and and",
    "one line of 10 MB of ids",
    "one line of digits",
    "one line of brackets",
    "slashes",
    "RIS without end",
}


# Some take three seconds; not all that the limits allow.
@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.long] * (name in IN_THE_LONG_TIER)) for name in FILES],
)
def test_a_hostile_file_ends_in_words_or_in_few_records(name: str) -> None:
    try:
        found = apart.read_apart(FILES[name]())
    except ParseError as error:
        found, words = ImportedFile(), str(error)
    else:
        words = "it was read"
    assert len(words) > 10
    assert len(found.records) <= MOST_RECORDS
    assert len(found.problems) <= MOST_PROBLEMS
    assert not any("root:" in record.title for record in found.records)
