"""The form of the file, without a database."""

import io
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.backup.archive import DUMP, BackupError, Manifest, Writer, open_archive


def write_archive(path: Path, dump: bytes = b"rows" * 1000, **fields: object) -> Path:
    with path.open("w+b") as file:
        writer = Writer(file)
        writer.add(DUMP, [dump[:7], dump[7:]])
        writer.add("keys/link_key", [b"secret"])
        given = {
            "made_at": datetime(2026, 3, 3, tzinfo=UTC),
            "version": "1.0",
            "postgres": 180_006,
            "pg_dump": 180_006,
            "migrations": {"papers": ["0001_initial"]},
            "rows": {"papers_paper": 3},
            "files": dict(writer.files),
        }
        writer.finish(Manifest(**{**given, **fields}))  # type: ignore[arg-type]
    return path


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    with open_archive(write_archive(tmp_path / "a")) as archive:
        archive.check()
        assert archive.read(DUMP) == b"rows" * 1000
        assert archive.read("keys/link_key") == b"secret"
        assert archive.manifest.rows == {"papers_paper": 3}
        assert archive.manifest.made_at == datetime(2026, 3, 3, tzinfo=UTC)


def test_any_tar_opens_it(tmp_path: Path) -> None:
    with tarfile.open(write_archive(tmp_path / "a")) as tar:
        assert tar.getnames() == [DUMP, "keys/link_key", "manifest.json"]
        assert {member.mode for member in tar.getmembers()} == {0o600}


@pytest.mark.parametrize("cut", [100, 700, 3000, 5000, 6500])
def test_an_archive_that_was_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    path = write_archive(tmp_path / "a")
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(BackupError, match=r"cut short"), open_archive(path):
        pass


def test_one_changed_byte_is_found(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "a")
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    with open_archive(path) as archive, pytest.raises(BackupError, match="damaged"):
        archive.check()


def test_a_file_that_the_manifest_does_not_name_is_refused(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "a")
    with tarfile.open(path, "a") as tar:
        tar.addfile(tarfile.TarInfo("more"), io.BytesIO())
    with open_archive(path) as archive, pytest.raises(BackupError, match="other files"):
        archive.check()


def test_another_form_is_refused_by_name(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "a", format=2)
    with pytest.raises(BackupError, match="form 2, this version reads 1"), open_archive(path):
        pass


@pytest.mark.parametrize("content", [b"", b"PGDMP" + bytes(2000), b"text\n" * 300])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(BackupError), open_archive(tmp_path / "a"):
        pass


def test_no_file_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There is no file"), open_archive(tmp_path / "none"):
        pass
