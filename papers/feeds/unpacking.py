"""Undoes gzip and deflate under a cap: never more is unpacked than may be kept.

Decides which compression is read at all; brotli is not asked for, and not read when it comes all
the same. Read more: RFC 9110, 8.4.1 (content codings); RFC 1950 to 1952.
"""

import zlib
from typing import Protocol

GZIP_WINDOW, RAW_WINDOW = 16 + zlib.MAX_WBITS, -zlib.MAX_WBITS
CODINGS = ("gzip", "deflate")
# Headers and check sums may cost more than they save, and a body is not longer for it.
LEAST_PACKED_BYTES = 65_536


class TooLargeError(ValueError):
    """More came, packed or unpacked, than may be kept."""


class UnreadableCodingError(ValueError):
    """The body is packed in a way that was not asked for, or is not what it says it is."""


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...


class Unpacker:
    """Takes a body in pieces of any size; `body()` is the whole of it, unpacked.

    `add` raises TooLargeError as soon as more than `largest_bytes` were unpacked or came in, and
    UnreadableCodingError (or zlib.error) when it cannot be read.
    """

    def __init__(self, content_encoding: str, *, largest_bytes: int) -> None:
        coding = content_encoding.strip().lower().removeprefix("x-")
        if coding not in ("", "identity", *CODINGS):
            raise UnreadableCodingError(f"packed as {content_encoding[:60]!r}, not asked for")
        self._coding = coding if coding in CODINGS else ""
        self._largest = largest_bytes
        self._body = bytearray()
        self._came = 0
        self._start = b""
        self._decompressor: _Decompressor | None = None

    def add(self, data: bytes) -> None:
        self._came += len(data)
        if self._came > max(self._largest, LEAST_PACKED_BYTES) and self._coding:
            raise TooLargeError
        if not self._coding:
            self._keep(data)
        while self._coding and data:
            data = self._unpack(data)

    def body(self) -> bytes:
        """Raises UnreadableCodingError when the packed body ended before its end."""
        if self._came and self._coding and not (self._decompressor and self._decompressor.eof):
            raise UnreadableCodingError("the packed body is cut off")
        return bytes(self._body)

    def _unpack(self, data: bytes) -> bytes:
        """Unpack `data` and return what lies behind the end of a gzip member, if it is another."""
        if self._decompressor is None:
            # Which format it is shows in the first two bytes.
            self._start = data = self._start + data
            if len(data) < 2:
                return b""
            self._decompressor = zlib.decompressobj(self._window(data))
        elif self._decompressor.eof:
            if self._coding != "gzip" or data[:1] != b"\x1f":
                return b""  # trailing bytes, which browsers ignore too
            self._decompressor = zlib.decompressobj(GZIP_WINDOW)
        room = self._largest - len(self._body)
        # One byte over the cap is asked for: it tells a full body from one that is too large.
        self._keep(self._decompressor.decompress(data, room + 1))
        return self._decompressor.unused_data

    def _window(self, data: bytes) -> int:
        if self._coding == "gzip":
            return GZIP_WINDOW
        # "deflate" means zlib's format, but some servers send the bare stream.
        is_zlib = data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0
        return zlib.MAX_WBITS if is_zlib else RAW_WINDOW

    def _keep(self, data: bytes) -> None:
        if len(self._body) + len(data) > self._largest:
            raise TooLargeError
        self._body += data
