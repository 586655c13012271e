"""How a site's process and its parser child talk over two pipes: frames, and what may be in them.

A question may name functions under papers.feeds or the pool's own package only; an answer may hold
plain values, records and FeedErrors only, so that a child taken over by what it reads can make its
parent run nothing.
Read more: papers/feeds/parsing.py (the parent), parser_child.py (the child).
"""

import io
import pickle
import struct
from dataclasses import dataclass, is_dataclass
from typing import Any, BinaryIO

from papers.feeds.records import FeedError

PACKAGE = "papers.feeds"
# An answer of 40 MB makes records of about as much.
LARGEST_FRAME_BYTES = 100_000_000
_LENGTH = struct.Struct("!Q")
_PLAIN = {
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
    ("builtins", "set"),
    ("builtins", "frozenset"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost its child: seconds of CPU, seconds in all, bytes of memory.

    `memory_bytes` is what the process may allocate; the code of its programs comes on top of that.
    """

    cpu_seconds: int = 20
    wall_seconds: float = 30.0
    memory_bytes: int = 230_000_000
    # A child is replaced after so many documents, or when it holds so much after one.
    documents: int = 500
    resident_bytes: int = 150_000_000
    # One that is asked nothing for so long ends, and a new one is started when it is needed.
    idle_seconds: float = 300.0
    # Where functions and records may come from beside papers.feeds; "" for nowhere else.
    package: str = ""
    # What is read, in the sentences that say why it was not.
    what: str = "the answer"

    def allows(self, module: str) -> bool:
        """Whether functions and records of that module may be named."""
        names = (PACKAGE, self.package) if self.package else (PACKAGE,)
        return any(module.startswith(f"{name}.") for name in names)


@dataclass(frozen=True, slots=True)
class Question:
    module: str
    function: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """`error` is why there is no `value`, and `bug` is a traceback if it is the parser's fault.

    `is_last` says that the child ends now.
    """

    value: Any = None
    error: FeedError | None = None
    bug: str = ""
    is_last: bool = False


def write_frame(stream: BinaryIO, data: bytes) -> None:
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes:
    """Raises EOFError when the other side is gone."""
    (length,) = _LENGTH.unpack(_read_exactly(stream, _LENGTH.size))
    if length > LARGEST_FRAME_BYTES:
        raise EOFError(f"a frame of {length} bytes is too long")
    return _read_exactly(stream, length)


def _read_exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError("the other side is gone")
    return data


def load_answer(data: bytes, limits: Limits | None = None) -> Answer:
    """Raises pickle.UnpicklingError when `data` holds anything but plain values and records."""
    answer = _Reader(data, limits or Limits()).load()
    if not isinstance(answer, Answer):
        raise pickle.UnpicklingError("that is no answer")
    return answer


class _Reader(pickle.Unpickler):
    def __init__(self, data: bytes, limits: Limits) -> None:
        super().__init__(io.BytesIO(data))
        self._limits = limits

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        if self._limits.allows(module) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, FeedError)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not to be in an answer")
