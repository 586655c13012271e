"""Opens this machine's index for whoever reads it, and follows the follower's commits.

It decides which index is read; it never writes one. Read more: DESIGN 3.3.
"""

import os
import threading
from dataclasses import dataclass
from pathlib import Path

import tantivy
from django.utils.translation import gettext as _

from papers.search import folder
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


@dataclass(slots=True)
class _Open:
    index: tantivy.Index
    path: Path
    stamp: tuple[int, int]


_lock = threading.Lock()
_open: dict[Path, _Open] = {}


def current_searcher() -> tantivy.Searcher:
    """Return a searcher over the last commit of the live index; raises IndexNotReady.

    Each call looks whether the follower committed or replaced the index: two system calls.
    """
    with _lock:
        for _attempt in range(2):
            # The second time: a rebuilt index took the place of the one just looked up.
            try:
                return _refreshed(folder.current()).index.searcher()
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
        opened = _open[folder.root()] = _Open(open_index(path), path, stamp)
    if opened.stamp != stamp:
        opened.index.reload()
        opened.stamp = stamp
    return opened
