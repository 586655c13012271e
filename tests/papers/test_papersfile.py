import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from papers.feeds.records import AnnouncementRecord
from papers.papersfile import LONGEST_LINE_BYTES, NotAPapersFile, parse_line, read_lines

PAPER = {
    "arxiv_id": "2603.00141",
    "title": "On  Owls\nat Night",
    "abstract": "They hunt.",
    "authors": ["Ada Moor", r"Andr\'e Lin"],
    "categories": ["q-bio.PE", "I.2.7", "cs.LG"],
    "published": "2026-03-01",
    "updated": "2026-03-02T10:00:00+02:00",
    "first_seen": "2026-03-03",
    "comment": None,
    "source": ["somewhere"],
}


def make_line(**changed: object) -> bytes:
    return json.dumps({**PAPER, **changed}).encode()


def make_file(folder: Path, *lines: bytes) -> Path:
    path = folder / "papers.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join(lines)))
    return path


def test_fields_are_read_and_cleaned() -> None:
    record = parse_line(make_line())
    assert (record.arxiv_id, record.title) == ("2603.00141", "On Owls at Night")
    assert record.authors == ("Ada Moor", "André Lin")
    assert record.submitted_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert record.updated_at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert record.listed_on == date(2026, 3, 3)


def test_first_category_is_new_and_the_others_are_crossed() -> None:
    day = date(2026, 3, 3)
    assert parse_line(make_line()).announcements == (
        AnnouncementRecord("q-bio.PE", day, "new"),
        AnnouncementRecord("cs.LG", day, "cross"),
    )


def test_classes_of_other_schemes_are_no_categories() -> None:
    assert parse_line(make_line()).categories == ("q-bio.PE", "cs.LG")


def test_paper_never_seen_was_not_announced() -> None:
    record = parse_line(make_line(first_seen=None))
    assert (record.announcements, record.listed_on) == ((), None)


def test_version_of_an_id_is_dropped() -> None:
    assert parse_line(make_line(arxiv_id="arXiv:2603.00141v3")).arxiv_id == "2603.00141"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{half", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (make_line(arxiv_id="0000.1"), "not an arXiv id"),
        (make_line(arxiv_id=None), "not an arXiv id"),
        (make_line(title=" "), "no title"),
        (make_line(title=7), "title is not text"),
        (make_line(authors="Ada Moor"), "authors are not a list"),
        (make_line(authors=[None]), "authors are not a list"),
        (make_line(published="soon"), "'soon', is not a day"),
    ],
)
def test_what_is_wrong_is_said(line: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_line(line)


def test_broken_line_is_numbered_and_the_next_is_read(tmp_path: Path) -> None:
    path = make_file(tmp_path, make_line(), b"{half", b"", make_line(arxiv_id="2603.00142"))
    lines = list(read_lines(path))
    assert [line.number for line in lines] == [1, 2, 4]
    assert [line.problem for line in lines] == ["", "It is not JSON.", ""]


def test_endless_line_is_skipped_whole(tmp_path: Path) -> None:
    path = make_file(tmp_path, b"x" * (3 * LONGEST_LINE_BYTES), make_line())
    first, second = read_lines(path)
    assert "longer than a million" in first.problem
    assert (second.number, second.problem) == (2, "")


def test_empty_file_has_no_lines(tmp_path: Path) -> None:
    assert list(read_lines(make_file(tmp_path))) == []


def test_file_that_is_cut_off_is_said_after_its_lines(tmp_path: Path) -> None:
    path = make_file(tmp_path, *[make_line(abstract=str(n) * 99) for n in range(3000)])
    path.write_bytes(path.read_bytes()[:-400])
    read: list[int] = []
    with pytest.raises(NotAPapersFile, match="cut off or damaged after line"):
        read.extend(line.number for line in read_lines(path))


def test_file_that_holds_no_lines_is_said(tmp_path: Path) -> None:
    path = tmp_path / "papers.jsonl"
    path.write_bytes(b"\x89PNG\r\n")
    with pytest.raises(NotAPapersFile, match="holds no JSON lines"):
        list(read_lines(path))


@pytest.mark.parametrize("name", ["missing.jsonl.gz", "."])
def test_file_that_cannot_be_opened_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotAPapersFile, match="cannot be read"):
        list(read_lines(tmp_path / name))


def test_a_file_need_not_be_gzipped(tmp_path: Path) -> None:
    path = tmp_path / "papers.jsonl"
    path.write_bytes(make_line() + b"\n")
    assert [line.record is not None for line in read_lines(path)] == [True]


def test_a_withdrawn_paper_is_told_by_its_comment() -> None:
    assert parse_line(make_line(comment="This paper has been withdrawn.")).is_withdrawn is True
    assert parse_line(make_line()).is_withdrawn is None
