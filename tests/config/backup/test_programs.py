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


def test_without_another_libpq_the_wheels_are_no_programs_for_tls(
    paths: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_libpq_of_psycopg", lambda _major: None)
    assert programs.find_program("pg_dump", least_major=18, private=False).path == paths["wheel"]
    with pytest.raises(BackupError, match=r"which speaks TLS .* there is .*18 without TLS:"):
        programs.find_program("pg_dump", least_major=18, private=False, tls=True)


def test_only_for_a_server_of_the_operators_own_libpq_is_another(paths: dict[str, Path]) -> None:
    assert programs.find_program("pg_dump", least_major=18, private=True).environment == {}
    assert programs.find_program("pg_dump", least_major=17, private=False).environment == {}


def test_an_older_libpq_than_the_program_is_not_given_to_it() -> None:
    assert programs._libpq_of_psycopg(99) is None
