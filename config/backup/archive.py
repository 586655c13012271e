"""The file of a backup: an uncompressed tar (POSIX ustar, sizes as GNU tar) whose last member is
`manifest.json`, so that an archive that was cut short has none.

It decides the form of the file and whether it is whole; it never touches a database. The dump in it
is compressed by pg_dump. Any tar opens it: `tar -xf FILE database.dump`.
"""

import hashlib
import json
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO, Self

FORMAT = 1
MANIFEST, DUMP, ENVIRONMENT = "manifest.json", "database.dump", "settings/env"
KEYS = "keys/"
CHUNK_BYTES = 1 << 20
_LARGEST_MANIFEST_BYTES = 10_000_000
_BLOCK = tarfile.BLOCKSIZE


class BackupError(Exception):
    """What the operator must put right; the text says what, in one line."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive: its size in bytes and its SHA-256 in hexadecimal."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in an archive, and of what it was made.

    `migrations` are those applied, by app; `rows` counts them by table, as of the one moment that
    the dump shows; `postgres` is the server's version and `pg_dump` the program's, in numbers as
    server_version_num; `files` names every other member.
    """

    made_at: datetime
    version: str
    postgres: int
    pg_dump: int
    migrations: dict[str, list[str]]
    rows: dict[str, int]
    files: dict[str, Member]
    format: int = FORMAT

    def as_json(self) -> bytes:
        fields = asdict(self) | {"made_at": self.made_at.isoformat()}
        return json.dumps(fields, indent=1, sort_keys=True).encode() + b"\n"

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Raises ValueError, KeyError or TypeError for what `as_json` never wrote."""
        fields = json.loads(content)
        fields["made_at"] = datetime.fromisoformat(fields["made_at"])
        fields["files"] = {name: Member(**each) for name, each in fields["files"].items()}
        return cls(**fields)


class Writer:
    """Writes members one after another into a file that can be sought in."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.files: dict[str, Member] = {}

    def add(self, name: str, chunks: Iterable[bytes]) -> Member:
        """Add a member of a size that is known only at its end."""
        header_at = self._file.tell()
        self._file.write(bytes(_BLOCK))
        digest, size = hashlib.sha256(), 0
        for chunk in chunks:
            self._file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        self._file.write(bytes(-size % _BLOCK))
        end = self._file.tell()
        self._file.seek(header_at)
        self._file.write(_header(name, size))
        self._file.seek(end)
        member = Member(size, digest.hexdigest())
        self.files[name] = member
        return member

    def finish(self, manifest: Manifest) -> None:
        self.add(MANIFEST, [manifest.as_json()])
        self._file.write(bytes(2 * _BLOCK))


class Reader:
    """An archive that was opened; its manifest is read, its members are not looked at yet."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members = {member.name: member for member in tar.getmembers() if member.isfile()}
        self.manifest = self._read_manifest()

    def read(self, name: str) -> bytes:
        """Return a small member. Raises BackupError when its checksum is another."""
        return b"".join(self.chunks(name))

    def has(self, name: str) -> bool:
        return name in self.manifest.files

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a member's bytes; raises BackupError at the end unless they are those written."""
        said = self.manifest.files[name]
        digest = hashlib.sha256()
        file = self._open(name)
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            yield chunk
        if digest.hexdigest() != said.sha256:
            raise BackupError(f"{name} in the archive is damaged: its checksum is another.")

    def check(self) -> None:
        """Read every member; raise BackupError unless all are there as they were written."""
        if set(self._members) != {*self.manifest.files, MANIFEST}:
            raise BackupError("The archive holds other files than its manifest names.")
        for name in self.manifest.files:
            for _chunk in self.chunks(name):
                pass

    def _open(self, name: str) -> IO[bytes]:
        file = self._tar.extractfile(self._members[name]) if name in self._members else None
        if file is None:
            raise BackupError(f"{name} is missing in the archive.")
        return file

    def _read_manifest(self) -> Manifest:
        if MANIFEST not in self._members:
            raise BackupError("The archive was cut short: it has no manifest at its end.")
        content = self._open(MANIFEST).read(_LARGEST_MANIFEST_BYTES)
        try:
            manifest = Manifest.from_json(content)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupError("The archive's manifest cannot be read.") from error
        if manifest.format != FORMAT:
            raise BackupError(
                f"The archive has form {manifest.format}, this version reads {FORMAT}: "
                "restore it with the version that made it."
            )
        return manifest


@contextmanager
def open_archive(path: Path) -> Iterator[Reader]:
    """Open an archive to be read. Raises BackupError, in words, for what is none."""
    try:
        with tarfile.open(path, "r:") as tar:
            yield Reader(tar)
    except FileNotFoundError as error:
        raise BackupError(f"There is no file {path}.") from error
    except tarfile.TarError as error:
        raise BackupError(f"{path} is no backup, or was cut short ({error}).") from error
    except EOFError as error:
        raise BackupError(f"{path} was cut short.") from error


def _header(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    # Numbers above 8 GB fit into one block in GNU's form alone.
    return member.tobuf(tarfile.GNU_FORMAT)
