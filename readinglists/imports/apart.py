"""Reads files that readers upload in a process of its own, so that none can hurt the site.

It decides what one file may cost. Read more: papers/feeds/parsing.py.
"""

from papers.feeds.frames import Limits
from papers.feeds.parsing import ParserPool
from readinglists.imports import reading
from readinglists.imports.records import ImportedFile

# 20 MB of BibTeX, 20,000 entries, take 4 s and 300 MB at most (benchmarks/imports.py).
LIMITS = Limits(
    cpu_seconds=40,
    wall_seconds=60.0,
    memory_bytes=700_000_000,
    documents=50,
    idle_seconds=30.0,
    package="readinglists.imports",
    what="the file",
)

_pool = ParserPool(LIMITS, most=1)


def read_apart(data: bytes, filename: str = "") -> ImportedFile:
    """What `reading.read` makes of the file, worked out in a process under limits.

    Raises papers.feeds.records.ParseError in words for the reader; ParserBugError when a format's
    module itself is at fault.
    """
    found: ImportedFile = _pool.parse(reading.read, data, {"filename": filename})
    return found
