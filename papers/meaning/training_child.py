"""The process that makes a model, under limits of the operating system.

Started by papers/meaning/training.py as `python -m papers.meaning.training_child`. It knows no
settings, no password and no database: texts come in on one pipe, arrays go out on the other.
"""

import contextlib
import os
import resource
import struct
import sys
from collections.abc import Iterator
from typing import BinaryIO

LENGTH = struct.Struct("!I")
LARGEST_TEXT_BYTES = 1_000_000
TOO_LITTLE = 3  # exit status
NICENESS = 10


def main() -> None:
    memory_bytes, cpu_seconds = int(sys.argv[1]), int(sys.argv[2])
    texts, arrays = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints from now on prints among the errors
    _limit(memory_bytes, cpu_seconds)
    # Not before the limits are set: the libraries are most of what a small model costs.
    from papers.meaning.fitting import TooLittleText, fit

    try:
        fitted = fit(read_texts(texts))
    except TooLittleText as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(TOO_LITTLE)
    for array in (fitted.terms, fitted.weights, fitted.components):
        data = array.tobytes()
        arrays.write(struct.pack("!Q", len(data)))
        arrays.write(data)
    arrays.close()


def read_texts(stream: BinaryIO) -> Iterator[str]:
    """Yield texts until one of no length, which ends them; raises EOFError when it is missing."""
    while True:
        (length,) = LENGTH.unpack(_read_exactly(stream, LENGTH.size))
        if not length:
            return
        if length > LARGEST_TEXT_BYTES:
            raise EOFError(f"a text of {length} bytes is too long")
        yield _read_exactly(stream, length).decode()


def write_text(stream: BinaryIO, text: str) -> None:
    data = text.encode("utf-8", "replace")[:LARGEST_TEXT_BYTES]
    stream.write(LENGTH.pack(len(data)))
    stream.write(data)


def _read_exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError("the other side is gone")
    return data


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    os.nice(NICENESS)
    limits = {
        resource.RLIMIT_DATA: memory_bytes,
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_CORE: 0,
    }
    for kind, limit in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


if __name__ == "__main__":
    main()
