from pathlib import Path

import pytest

from config.backup import programs
from config.backup.archive import BackupError


def make_program(folder: Path, version: str) -> Path:
    folder.mkdir()
    program = folder / "pg_dump"
    program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}'\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    found = {version: make_program(tmp_path / version, version) for version in ("15.18", "17.2")}
    monkeypatch.setattr(programs, "_system_folders", lambda: [p.parent for p in found.values()])
    wheel = make_program(tmp_path / "wheel", "18.6")
    monkeypatch.setattr(programs, "wheel_postgres_programs", lambda: wheel.parent)
    return found | {"wheel": wheel}


@pytest.mark.parametrize(("least", "version"), [(15, "15.18"), (16, "17.2"), (18, "wheel")])
def test_the_nearest_that_is_not_older_is_taken(
    paths: dict[str, Path], least: int, version: str
) -> None:
    found = programs.find_program("pg_dump", least_major=least, private=False)
    assert found.path == paths[version]


def test_too_old_a_program_is_refused_with_what_to_install(paths: dict[str, Path]) -> None:
    with pytest.raises(BackupError, match=r"there is 15, 17, 18: install .*client-19"):
        programs.find_program("pg_dump", least_major=19, private=False)


def test_the_version_is_read_as_the_server_writes_its_own(paths: dict[str, Path]) -> None:
    assert programs.find_program("pg_dump", least_major=18, private=True).version == 180_006
