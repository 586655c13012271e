"""Keeps this machine's index in step with Postgres: one process a machine, the only one to write.

It decides when to build anew and when to commit; it never changes the database. Killed at any
point it leaves an index that can be searched, and goes on from its bookmark. Read more: DESIGN 3.3.
"""

import logging
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

import tantivy
from django.db import Error, connection

from papers.search import changes, folder
from papers.search.changes import Snapshot
from papers.search.common import NO_PAIRS, SAMPLE_PAPERS, count_common, load_common, save_common
from papers.search.damage import damaged_file
from papers.search.folder import FollowerState, IndexBusy, IndexStuck
from papers.search.schema import (
    Bookmark,
    IndexedPaper,
    make_document,
    open_index,
    read_bookmark,
    remove_paper,
    write_bookmark,
)

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 5.0
# A commit makes a segment that must be merged later, so a load in many small transactions is
# gathered; what comes after a quiet time is committed at once.
COMMIT_SECONDS = 3.0
COMMIT_PAPERS = 20_000
LONGEST_WAIT_SECONDS = 30.0
_PROGRESS_PAPERS = 2000

# Memory of the writer: full, it is written out as a segment. A build has one thread a core of two.
_FOLLOWING_BYTES, _FOLLOWING_THREADS = 50_000_000, 1
_BUILDING_BYTES, _BUILDING_THREADS = 150_000_000, 2


class Follower:
    """Writes the index; to be used under `folder.write_lock`."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._index: tantivy.Index | None = None
        self._writer: tantivy.IndexWriter | None = None
        self._bookmark = Bookmark(0, "", "")
        self._common = NO_PAIRS
        self._read_to = 0
        self._pending = 0
        self._committed_at = 0.0
        self._papers = 0
        self._said = FollowerState("", 0, 0, 0, 0.0, 0)
        before = folder.read_state()
        self._level_at = before.level_at if before else 0.0

    def step(self) -> None:
        """Take over what changed since the last step."""
        if self._index is None:
            self._open()
        began = time.time()
        with changes.snapshot() as now:
            if self._index is None or self._is_outdated(now):
                self._build(now)
            else:
                self._follow(now)
            if self.has_reached(changes.newest_change()):
                self._level_at = began
        if self._index is not None:
            self._report("following")

    def has_reached(self, transaction_id: int) -> bool:
        """Whether all that changed up to and with this transaction can be found."""
        return self._index is not None and not self._pending and self._read_to > transaction_id

    def say_last(self) -> None:
        """Write the state as it is: after this step no heartbeat writes what is new in it."""
        self._said = FollowerState("", 0, 0, 0, 0.0, 0)
        self._report("following")

    def report_waiting(self) -> None:
        self._report("waiting")

    def report_stuck(self) -> None:
        with suppress(OSError):
            self._report("stuck")

    def _open(self) -> None:
        folder.remove_others()
        path = folder.served()
        if path is None:
            return
        try:
            if damaged := damaged_file(path):
                # Asked, it might give wrong answers, or end the process that asks.
                folder.withdraw()
                logger.warning("The search index is damaged (%s) and is built again.", damaged)
                return
            index = open_index(path)
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("The search index cannot be read and is built again: %s", error)
            folder.withdraw()
            return
        if path != folder.current():
            logger.info(
                "The search index is of another version; it serves until one of this is built."
            )
        elif bookmark := read_bookmark(index):
            self._papers = changes.count_papers()
            self._take(path, index, bookmark)

    def _take(self, path: Path, index: tantivy.Index, bookmark: Bookmark) -> None:
        self._common = load_common(path)
        self._index, self._bookmark, self._read_to = index, bookmark, bookmark.cursor
        self._writer = _writer_of(index, _FOLLOWING_BYTES, _FOLLOWING_THREADS)
        self._pending = 0

    def _is_outdated(self, now: Snapshot) -> bool:
        is_outgrown = self._common.is_outgrown_by(self._indexed())
        is_unwanted = folder.is_rebuild_wanted() or folder.is_lost()
        return is_outgrown or is_unwanted or not self._continues(now)

    def _continues(self, now: Snapshot) -> bool:
        """Whether the index is of this database, and of its past, not of a future undone."""
        known = self._bookmark
        return (known.database, known.epoch) == (now.database, now.epoch) and (
            known.cursor <= now.next_id
        )

    def _build(self, now: Snapshot) -> None:
        """Make a new index beside the live one, if any, and put it in its place."""
        self._papers = changes.count_papers()
        logger.info("Building the search index of %d papers.", self._papers)
        self._index = self._writer = None
        path = folder.create_folder()
        if not self._fill(path, now):
            return
        folder.make_current(path)
        folder.forget_rebuild()
        folder.remove_others()
        index = open_index(path)
        self._take(path, index, read_bookmark(index) or self._bookmark)
        self._committed_at = time.monotonic()
        logger.info("The search index is ready: %d papers.", self._indexed())

    def _fill(self, path: Path, now: Snapshot) -> bool:
        index = open_index(path, create=True)
        common = count_common(changes.sample_abstracts(SAMPLE_PAPERS), self._papers)
        save_common(common, path)
        writer = _writer_of(index, _BUILDING_BYTES, _BUILDING_THREADS)
        for number, paper in enumerate(changes.all_papers()):
            if number % _PROGRESS_PAPERS == 0:
                self._say(FollowerState("building", number, self._papers, 0, 0.0, 0))
                if self._stop.is_set():
                    return False
            writer.add_document(make_document(paper, common))
        # A paper changed above `decided` may be in already; it is read again, and replaced.
        write_bookmark(writer, Bookmark(now.decided, now.database, now.epoch))
        writer.commit()
        writer.wait_merging_threads()
        return True

    def _follow(self, now: Snapshot) -> None:
        writer = self._open_writer()
        first = self._read_to
        for paper_id in changes.deleted_papers(first, now.decided):
            remove_paper(writer, paper_id)
            self._pending += 1
        for xid, paper in changes.changed_papers(first, now.decided):
            if xid > self._read_to and self._pending >= COMMIT_PAPERS:
                self._commit(xid)
            if self._stop.is_set():
                return
            self._replace(writer, paper)
        self._read_to = max(first, now.decided)
        if self._pending and time.monotonic() - self._committed_at >= COMMIT_SECONDS:
            self._commit(self._read_to)

    def _replace(self, writer: tantivy.IndexWriter, paper: IndexedPaper) -> None:
        remove_paper(writer, paper.paper_id)
        writer.add_document(make_document(paper, self._common))
        self._pending += 1

    def _commit(self, cursor: int) -> None:
        writer = self._open_writer()
        bookmark = Bookmark(cursor, self._bookmark.database, self._bookmark.epoch)
        write_bookmark(writer, bookmark)
        writer.commit()
        self._bookmark, self._read_to, self._pending = bookmark, cursor, 0
        self._committed_at = time.monotonic()
        self._papers = changes.count_papers()
        self._open_index().reload()
        # A hundred thousand papers at once take minutes: each commit is a sign of life.
        self._report("following")

    def _open_index(self) -> tantivy.Index:
        if self._index is None:
            raise RuntimeError("No index is open.")
        return self._index

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            raise RuntimeError("No index is open.")
        return self._writer

    def _indexed(self) -> int:
        # The bookmark is a document too.
        return max(self._index.searcher().num_docs - 1, 0) if self._index is not None else 0

    def _report(self, phase: str) -> None:
        cursor = self._bookmark.cursor if self._pending else self._read_to
        self._say(FollowerState(phase, self._indexed(), self._papers, cursor, 0.0, 0))

    def _say(self, state: FollowerState) -> None:
        """Write the state when it changed, and now and then as a sign of life."""
        now = time.time()
        known = self._said
        same = (known.phase, known.indexed, known.cursor) == (
            state.phase,
            state.indexed,
            state.cursor,
        )
        if same and now - known.updated_at < HEARTBEAT_SECONDS:
            return
        self._said = FollowerState(
            *(state.phase, state.indexed, state.papers, state.cursor),
            *(now, os.getpid(), self._level_at),
        )
        folder.write_state(self._said)


def state() -> FollowerState | None:
    """Return what the follower of this machine last said; None when it never ran."""
    return folder.read_state()


def follow(stop: threading.Event) -> None:
    """Keep the index in step until `stop` is set.

    While another process writes the index this one waits to take its place; a database that is
    away is waited for, and so is a folder that cannot be written (a full disk). Each is said once.
    """
    said = False
    while not stop.is_set():
        try:
            with folder.write_lock():
                _follow_locked(stop)
        except IndexBusy:
            if not said:
                logger.info("Another process keeps the index of this machine; waiting for it.")
            said = True
            stop.wait(POLL_SECONDS)
        except IndexStuck:
            stop.wait(LONGEST_WAIT_SECONDS)
        except OSError as error:
            _say_stuck(error)
            stop.wait(LONGEST_WAIT_SECONDS)


def _follow_locked(stop: threading.Event) -> None:
    """Raises IndexStuck: the writer, and what it had not committed yet, is given up then."""
    follower, was_stuck = Follower(stop), folder.is_stuck()
    try:
        _step_by_step(follower, stop, was_stuck=was_stuck)
    except (OSError, ValueError) as error:
        if not was_stuck:
            _say_stuck(error)
        # What a build that failed has written may be what fills the disk.
        folder.remove_others()
        follower.report_stuck()
        raise IndexStuck from None


def _say_stuck(error: Exception) -> None:
    logger.warning(
        "The search index in %s cannot be written and is tried again every %d seconds: %s",
        *(folder.root(), LONGEST_WAIT_SECONDS, str(error).strip().split("\n")[0]),
    )


def _step_by_step(follower: Follower, stop: threading.Event, *, was_stuck: bool) -> None:
    wait = 0.0
    while not stop.is_set():
        try:
            follower.step()
            if wait:
                logger.info("The database is back.")
            if was_stuck:
                logger.info("The search index is written again.")
            wait, was_stuck = 0.0, False
        except Error as error:
            connection.close()
            if not wait:
                logger.warning("Waiting for the database: %s", str(error).strip().split("\n")[0])
            wait = min(max(wait * 2, POLL_SECONDS), LONGEST_WAIT_SECONDS)
            follower.report_waiting()
        stop.wait(wait or POLL_SECONDS)


def _writer_of(index: tantivy.Index, memory_bytes: int, threads: int) -> tantivy.IndexWriter:
    """Raises IndexBusy where another process writes it: its lock goes with a folder taken away."""
    try:
        return index.writer(memory_bytes, threads)
    except ValueError as error:
        if "LockBusy" in str(error):
            raise IndexBusy from error
        raise


def index_now(*, timeout_seconds: float = 60.0) -> bool:
    """Index, in this process, every change of now; False: not in time.

    A transaction that is open anywhere on the server holds back what came after it, so it is waited
    for. Raises IndexBusy when a follower runs.
    """
    target = changes.newest_change()
    deadline = time.monotonic() + timeout_seconds
    with folder.write_lock():
        follower = Follower(threading.Event())
        follower.step()
        while not (reached := follower.has_reached(target)) and time.monotonic() < deadline:
            time.sleep(0.05)
            follower.step()
        follower.say_last()
    return reached


def wait_for_follower(*, timeout_seconds: float) -> bool:
    """Wait until the running follower has indexed every change of now; False: not in time."""
    target = changes.newest_change()
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        reached = state()
        if reached is not None and reached.cursor > target:
            return True
        time.sleep(0.2)
    return False
