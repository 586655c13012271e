from collections.abc import Iterator
from contextlib import contextmanager

from papers.api.errors import Refusal
from readinglists.copying import A_READER, CannotCopyError


@contextmanager
def refusing_too_many() -> Iterator[None]:
    """Answer 429 to whoever copied too much within an hour."""
    try:
        yield
    except CannotCopyError as error:
        headers = {"Retry-After": str(A_READER.window_seconds)}
        raise Refusal(429, str(error), headers=headers) from error
