"""Whether the files of an index are as they were written.

It decides by the checksum that the library puts at the end of each file and never looks at itself
when it opens one. It changes nothing. Read more: docs/decisions.md.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

_KINDS = ("fast", "fieldnorm", "idx", "pos", "store", "term")
# A file ends with a text in JSON that holds the checksum, the length of that text, and a number.
_END = struct.Struct("<II")
_CHUNK_BYTES = 1 << 20


def damaged_file(folder: Path) -> str:
    """Return the name of a file of the last commit that was changed since, "" if there is none.

    Reads the whole index: about a second a gigabyte where it is in memory. Raises OSError where a
    file is missing, ValueError where the list of files cannot be read.
    """
    return next((name for name in _names(folder) if not _is_whole(folder / name)), "")


def _names(folder: Path) -> Iterator[str]:
    for segment in json.loads((folder / "meta.json").read_text())["segments"]:
        name = segment["segment_id"].replace("-", "")
        yield from (f"{name}.{kind}" for kind in _KINDS)
        if segment["deletes"]:
            yield f"{name}.{segment['deletes']['opstamp']}.del"


def _is_whole(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            size = file.seek(-_END.size, 2) + _END.size
            length, _number = _END.unpack(file.read())
            left = size - _END.size - length
            file.seek(left)
            expected = json.loads(file.read(length))["crc"]
        except (ValueError, KeyError, TypeError, OSError):
            return False
        file.seek(0)
        found = 0
        while left and (chunk := file.read(min(left, _CHUNK_BYTES))):
            found = zlib.crc32(chunk, found)
            left -= len(chunk)
    return not left and bool(found == expected)
