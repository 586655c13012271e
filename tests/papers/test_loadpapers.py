import gzip
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from papers.models import Announcement, Paper, TextSource
from papers.search import folder
from papers.search.engine import search
from papers.search.language import parse

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"


def make_file(folder: Path, *, papers: int = 2, extra: str = "") -> Path:
    lines = [
        json.dumps(
            {
                "arxiv_id": f"2603.{number:05d}",
                "title": f"Owls, part {number}",
                "abstract": "They hunt at night.",
                "authors": ["Ada Moor"],
                "categories": ["q-bio.PE", "cs.LG"],
                "first_seen": "2026-03-03",
            }
        )
        for number in range(1, papers + 1)
    ]
    path = folder / "papers.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join([*lines, extra]).encode()))
    return path


def load(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    call_command("loadpapers", str(path))
    return capsys.readouterr()


def row_versions() -> list[tuple[object, ...]]:
    """Where each row lies and who wrote it: a row written again has others."""
    found: list[tuple[object, ...]] = []
    with connection.cursor() as cursor:
        for table in ("paper", "paperstats", "papercategory", "announcement", "paperidentifier"):
            cursor.execute(f"SELECT ctid::text, xmin::text FROM papers_{table} ORDER BY 1")  # noqa: S608
            found += cursor.fetchall()
    return found


def test_papers_are_stored_and_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _err = load(make_file(tmp_path), capsys)
    assert "2 papers read: 2 new, 0 changed, 0 unchanged; 0 broken lines skipped." in out
    assert "2 papers can be searched." in out
    assert search(parse("owls"), limit=5).total == 2
    assert Paper.objects.filter(text_source=TextSource.FILE).count() == 2


def test_first_seen_is_the_day_of_announcement(tmp_path: Path) -> None:
    call_command("loadpapers", str(make_file(tmp_path, papers=1)))
    rows = Announcement.objects.order_by("category").values_list("category", "kind")
    assert list(rows) == [("cs.LG", "cross"), ("q-bio.PE", "new")]
    assert str(Paper.objects.get().announced_on) == "2026-03-03"


def test_second_load_writes_no_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_file(tmp_path)
    load(path, capsys)
    before = row_versions()
    out, _err = load(path, capsys)
    assert "2 papers read: 0 new, 0 changed, 2 unchanged" in out
    assert row_versions() == before


def test_broken_line_is_reported_and_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = load(make_file(tmp_path, extra='{"arxiv_id": "2603.00009"}'), capsys)
    assert "Line 3 is skipped: It has no title." in err
    assert "2 new" in out
    assert "1 broken line" in out


def test_only_so_many_broken_lines_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = load(make_file(tmp_path, extra="{\n" * 150), capsys)
    assert err.count("is skipped") == 100
    assert "150 broken lines" in out


def test_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"^.*missing\.gz cannot be read: No such file.*$"):
        call_command("loadpapers", str(tmp_path / "missing.gz"))


def test_file_cut_off_keeps_what_was_read(tmp_path: Path) -> None:
    path = make_file(tmp_path, papers=5000)
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(CommandError, match="cut off or damaged after line"):
        call_command("loadpapers", str(path))
    assert 2000 < Paper.objects.count() < 5000


def test_log_shows_a_line_every_tenth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _out, err = load(make_file(tmp_path), capsys)
    assert err.count("% read") <= 10
    assert "100 % read" in err


def test_running_follower_is_left_to_index(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("papers.management.commands.loadpapers.LONGEST_WAIT_SECONDS", 0.3)
    with folder.write_lock():
        out, _err = load(make_file(tmp_path), capsys)
    assert "catches up by itself" in out
    assert folder.current() is None
