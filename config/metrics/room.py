"""Files of counters whose room on disk is taken before they are written.

prometheus_client maps files that are mostly holes into memory. Where the disk is full, writing into
a hole is not an error that can be caught: SIGBUS ends the process, and all its requests with it.
"""

from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict

_FIRST_BYTES = 1 << 16
# What an entry takes beside its key: two lengths, padding, the value, its time.
_BESIDE_KEY_BYTES = 64


class RoomyDict(MmapedDict):
    """Raises OSError, from the constructor and for a new key, where there is no room."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if not read_mode:
            _grow(filename, _FIRST_BYTES)
        super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]

    def _init_value(self, key: str) -> None:
        if self._used + len(key.encode()) + _BESIDE_KEY_BYTES > self._capacity:
            _grow(self._fname, self._capacity * 2)
        super()._init_value(key)  # type: ignore[no-untyped-call]


def _grow(filename: str, size: int) -> None:
    """Fill a file with noughts up to `size`; it stays as it was where that fails."""
    with open(filename, "ab", buffering=0) as file:
        before = file.tell()
        try:
            written = before
            while written < size:
                written += file.write(bytes(size - written)) or 0
        except OSError:
            file.truncate(before)
            raise


def take_room_first() -> None:
    """Let all counters of this process lie in such files; before the first is made."""
    values.MmapedDict = RoomyDict  # type: ignore[attr-defined]
