"""Opens this machine's index for whoever reads it, and follows the follower's commits.

It decides which index is read; it never writes one. Read more: DESIGN 3.3.
"""

import os
import threading
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import tantivy
from django.utils.translation import gettext as _

from papers.search import folder
from papers.search.common import Common, load_common
from papers.search.schema import open_index


class IndexNotReady(Exception):
    """There is no index yet. `indexed` of `papers` are in it so far; both 0: not begun."""

    def __init__(self) -> None:
        state = folder.read_state()
        self.indexed = state.indexed if state else 0
        self.papers = state.papers if state else 0
        super().__init__(
            _("Search is being prepared: %(indexed)d of %(papers)d papers so far.")
            % {"indexed": self.indexed, "papers": self.papers}
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """One commit of one index: `generation` is another for each."""

    searcher: tantivy.Searcher
    common: Common
    generation: int


@dataclass(slots=True)
class _Open:
    index: tantivy.Index
    path: Path
    common: Common
    stamp: tuple[int, int]
    generation: int


_lock = threading.Lock()
_open: dict[Path, _Open] = {}
_generations = count(1)


def current_searcher() -> tantivy.Searcher:
    """Return a searcher over the last commit of the live index; raises IndexNotReady.

    Each call looks whether the follower committed or replaced the index: two system calls.
    """
    return current_reading().searcher


def current_reading() -> Reading:
    """As `current_searcher`, with what one needs to know of that index to ask it well."""
    with _lock:
        for _attempt in range(2):
            # The second time: a rebuilt index took the place of the one just looked up.
            try:
                opened = _refreshed(folder.served())
                return Reading(opened.index.searcher(), opened.common, opened.generation)
            except (OSError, ValueError):
                _open.pop(folder.root(), None)
    raise IndexNotReady


def _refreshed(path: Path | None) -> _Open:
    if path is None:
        raise FileNotFoundError
    meta = os.stat(path / "meta.json")
    stamp = (meta.st_ino, meta.st_mtime_ns)
    opened = _open.get(folder.root())
    if opened is None or opened.path != path:
        index, common = open_index(path), load_common(path)
        opened = _open[folder.root()] = _Open(index, path, common, stamp, next(_generations))
    if opened.stamp != stamp:
        opened.index.reload()
        opened.stamp, opened.generation = stamp, next(_generations)
    return opened
