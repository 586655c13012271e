import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.backup import keeping

NOW = datetime(2026, 3, 31, 2, 30, tzinfo=UTC)


def make(folder: Path, days_ago: int) -> Path:
    path = keeping.choose_target(folder, NOW - timedelta(days=days_ago))
    path.touch()
    return path


def test_older_ones_than_asked_for_are_deleted(tmp_path: Path) -> None:
    kept = [make(tmp_path, days) for days in (0, 29, 30)]
    old = make(tmp_path, 31)
    assert keeping.forget_old(tmp_path, now=NOW, days=30) == [old]
    assert keeping.list_backups(tmp_path) == kept


def test_the_newest_stays_however_old(tmp_path: Path) -> None:
    last = make(tmp_path, 90)
    make(tmp_path, 91)
    keeping.forget_old(tmp_path, now=NOW, days=30)
    assert keeping.list_backups(tmp_path) == [last]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    make(tmp_path, 0)
    for name in ("broadsheet-before-upgrade.backup", "notes.txt", "broadsheet-20200101.backup"):
        (tmp_path / name).touch()
    assert keeping.forget_old(tmp_path, now=NOW, days=30) == []


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    dead, other = tmp_path / ".a.backup.999999999.partial", tmp_path / ".b.partial"
    alive = tmp_path / f".c.backup.{os.getpid()}.partial"
    for path in (dead, other, alive):
        path.touch()
    keeping.remove_dead_drafts(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {other.name, alive.name}


def test_what_was_killed_in_a_container_is_removed_though_we_have_its_number(
    tmp_path: Path,
) -> None:
    draft = tmp_path / f".a.backup.{os.getpid()}.partial"
    draft.touch()
    yesterday = time.time() - 24 * 3600
    os.utime(draft, (yesterday, yesterday))
    keeping.remove_dead_drafts(tmp_path)
    assert not draft.exists()
