import gzip
import zlib
from collections.abc import Iterable

import pytest

from papers.feeds.unpacking import TooLargeError, Unpacker, UnreadableCodingError

WORDS = b"words " * 50_000


# With the time in it, a test would have another name in each process of a run.
GZIPPED = gzip.compress(WORDS, mtime=0)


def short(value: str | bytes) -> str:
    return value if isinstance(value, str) else f"{len(value)} bytes"


def unpack(coding: str, pieces: Iterable[bytes], largest_bytes: int = 1_000_000) -> bytes:
    unpacker = Unpacker(coding, largest_bytes=largest_bytes)
    for piece in pieces:
        unpacker.add(piece)
    return unpacker.body()


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("", WORDS),
        ("identity", WORDS),
        ("gzip", GZIPPED),
        ("X-GZip", GZIPPED),
        ("gzip", gzip.compress(WORDS[:9], mtime=0) + gzip.compress(WORDS[9:], mtime=0)),
        ("gzip", GZIPPED + b"trailing"),
        ("deflate", zlib.compress(WORDS)),
        ("deflate", bare_deflate(WORDS)),
    ],
    ids=short,
)
@pytest.mark.parametrize("piece_bytes", [1, 7, 10_000_000])
def test_pieces_of_any_size_make_the_body(coding: str, packed: bytes, piece_bytes: int) -> None:
    pieces = (packed[at : at + piece_bytes] for at in range(0, len(packed), piece_bytes))
    assert unpack(coding, pieces) == WORDS


@pytest.mark.parametrize("coding", ["gzip", "deflate", ""])
def test_nothing_is_an_empty_body(coding: str) -> None:
    assert unpack(coding, []) == b""


@pytest.mark.parametrize("largest_bytes", [300_000, 299_999])
@pytest.mark.parametrize(
    ("coding", "packed"),
    [("", WORDS), ("gzip", GZIPPED), ("deflate", zlib.compress(WORDS))],
    ids=short,
)
def test_the_cap_counts_what_is_unpacked(coding: str, packed: bytes, largest_bytes: int) -> None:
    if largest_bytes >= len(WORDS):
        assert unpack(coding, [packed], largest_bytes) == WORDS
        return
    with pytest.raises(TooLargeError):
        unpack(coding, [packed], largest_bytes)


@pytest.mark.promise(22)
def test_members_that_hold_nothing_do_not_go_on_for_ever() -> None:
    empty = gzip.compress(b"") * 100
    with pytest.raises(TooLargeError):
        unpack("gzip", (empty for _piece in range(100)), largest_bytes=10)


@pytest.mark.promise(22)
@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br"])
def test_what_was_not_asked_for_is_not_unpacked(coding: str) -> None:
    with pytest.raises(UnreadableCodingError, match="not asked for"):
        unpack(coding, [b"x"])


@pytest.mark.parametrize("cut_bytes", [1, 8, 100])
def test_a_packed_body_that_is_cut_off_is_refused(cut_bytes: int) -> None:
    with pytest.raises(UnreadableCodingError, match="cut off"):
        unpack("gzip", [GZIPPED[:-cut_bytes]])
