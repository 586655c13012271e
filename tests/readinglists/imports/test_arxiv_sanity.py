import pytest

from readinglists.imports.reading import read
from readinglists.imports.records import ImportedFile


def pairs(found: ImportedFile) -> list[tuple[str, str]]:
    assert found.format == "arxiv_sanity"
    return [(record.section, record.names[0][1]) for record in found.records]


@pytest.mark.parametrize(
    "text",
    [
        '{"rl": ["2106.01345", "1706.03762v2"], "nlp": ["1810.04805"]}',
        '{"root": {"rl": ["2106.01345", "1706.03762"], "nlp": ["1810.04805"]}}',
        '[{"tag": "rl", "pids": ["2106.01345", "1706.03762"]}, {"name": "nlp", "ids":'
        ' ["1810.04805"]}]',
        'var papers = [{"id": "2106.01345", "title": "T", "utags": ["rl"]}, {"id": "1706.03762", '
        '"utags": ["rl"]}, {"id": "1810.04805", "utags": ["nlp"]}];\n',
    ],
)  # fmt: skip
def test_tags_become_sections(text: str) -> None:
    assert pairs(read(text.encode())) == [
        ("rl", "2106.01345"),
        ("rl", "1706.03762"),
        ("nlp", "1810.04805"),
    ]


def test_what_the_site_answers_when_a_tag_is_added_is_read() -> None:
    found = read(b"ok: {'rl': {'2106.01345', '1706.03762'}, 'nlp': set()}")
    assert pairs(found) == [("rl", "1706.03762"), ("rl", "2106.01345")]


def test_a_list_of_ids_is_read() -> None:
    assert pairs(read(b'["2106.01345"]')) == [("", "2106.01345")]


def test_what_is_no_id_is_told() -> None:
    found = read(b'{"rl": ["2106.01345", "nonsense", 5]}')
    assert [problem.where for problem in found.problems] == ["rl, 2", "rl, 3"]
