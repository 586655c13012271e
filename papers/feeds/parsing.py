"""Reads documents of others in a process of their own, so that none can hurt the site.

Decides what one document may cost, and starts, keeps and ends the processes; never what a
document means. Read more: papers/feeds/parser_child.py (where the limits are set), DESIGN 3.7.
"""

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from papers.feeds.frames import (
    Answer,
    Limits,
    Question,
    load_answer,
    read_frame,
    write_frame,
)
from papers.feeds.records import ParseError

Result = TypeVar("Result")

# A second document is read while the first takes its time; more would cost 50 MB each.
MOST_CHILDREN = 2
PROJECT = Path(__file__).resolve().parents[2]
# The child sees nothing else of the environment: no address and no key is there.
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONPATH")


class ParserBugError(Exception):
    """A parser raised what parsers do not raise; the message is the child's traceback."""


def parse_apart(parse: Callable[..., Result], body: bytes, **arguments: Any) -> Result:
    """What `parse(body, **arguments)` returns, worked out in a process under limits.

    `parse` is a function of a module under papers.feeds; arguments and result are plain values
    and the dataclasses of papers.feeds. Raises the FeedErrors that it raises, ParseError when the
    document costs more than it may (20 s of CPU, 30 s in all, 230 MB), ParserBugError when the
    function itself is at fault. It may be called from threads and in Celery's pool processes.
    """
    result: Result = _pool.parse(parse, body, arguments)
    return result


class ParserPool:
    """Up to `most` children, started when they are needed and used again.

    Another app that reads files has a pool of its own, whose limits name its package.
    """

    def __init__(self, limits: Limits, *, most: int = MOST_CHILDREN) -> None:
        self.limits = limits
        self._most = most
        self.forget()
        # A forked process that kept the pipes open would keep its parent's children alive.
        os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        """Begin without children, as in a process that was just forked: they are its parent's."""
        self._turns = threading.BoundedSemaphore(self._most)
        self._idle: list[_Child] = []

    def parse(self, parse: Callable[..., Any], body: bytes, arguments: dict[str, Any]) -> Any:
        question = Question(parse.__module__, parse.__qualname__, arguments)
        if not self.limits.allows(question.module) or not question.function.isidentifier():
            raise ValueError(f"{question.module}.{question.function} may not be named.")
        with self._turns:
            answer = self._ask(pickle.dumps(question), body)
        if answer.error is not None:
            raise answer.error
        if answer.bug:
            raise ParserBugError(answer.bug)
        return answer.value

    def _ask(self, question: bytes, body: bytes) -> Answer:
        try:
            child = self._idle.pop()
        except IndexError:
            child = _Child(self.limits)
        try:
            answer = child.ask(question, body)
        except _ChildEndedError:
            # It had rested for long, or somebody else ended it: once more, with a new one.
            child = _Child(self.limits)
            answer = child.ask_again(question, body)
        if child.is_running and not answer.is_last:
            self._idle.append(child)
        else:
            child.end()
        return answer

    def end(self) -> None:
        """End the idle children, as at the end of the process."""
        while self._idle:
            self._idle.pop().end()


class _ChildEndedError(Exception):
    """It ended, but not by its limits of time; `status` is its exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The process for reading answers ended with status {status}.")
        self.status = status


class _Child:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process = subprocess.Popen(  # noqa: S603 - this project's own module
            [sys.executable, "-m", "papers.feeds.parser_child", json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=PROJECT,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
        )
        self._questions: BinaryIO = cast("BinaryIO", self._process.stdin)
        self._answers: BinaryIO = cast("BinaryIO", self._process.stdout)
        self._lock = threading.Lock()
        self._is_asked = self._is_late = False

    @property
    def is_running(self) -> bool:
        return not self._is_late and self._process.poll() is None

    def ask(self, question: bytes, body: bytes) -> Answer:
        """Raises _ChildEndedError when that is how it went."""
        self._is_asked = True
        timer = threading.Timer(self._limits.wall_seconds, self._end_late)
        timer.daemon = True
        timer.start()
        try:
            write_frame(self._questions, question)
            write_frame(self._questions, body)
            return load_answer(read_frame(self._answers), self._limits)
        except (EOFError, OSError):
            return self._last_words()
        except pickle.UnpicklingError as error:
            self._process.kill()
            return Answer(error=ParseError(f"Reading {self._limits.what} went wrong: {error}."))
        finally:
            timer.cancel()
            with self._lock:
                self._is_asked = False

    def ask_again(self, question: bytes, body: bytes) -> Answer:
        """As `ask`, but by now it is the document's fault, or that of this installation."""
        try:
            return self.ask(question, body)
        except _ChildEndedError as error:
            if error.status >= 0:
                return Answer(bug=str(error))
            return Answer(
                error=ParseError(f"Reading {self._limits.what} broke off ({error.status}).")
            )

    def _end_late(self) -> None:
        with self._lock:
            if self._is_asked:
                self._is_late = True
                self._process.kill()

    def _last_words(self) -> Answer:
        self.end()
        limits, status = self._limits, self._process.returncode
        if self._is_late:
            words = f"Reading {limits.what} took more than {limits.wall_seconds:g} seconds."
        elif status == -signal.SIGXCPU:
            words = f"Reading {limits.what} took more than {limits.cpu_seconds} seconds of work."
        else:
            raise _ChildEndedError(status)
        return Answer(error=ParseError(words))

    def end(self) -> None:
        """Close the pipes, which ends an idle child, and wait for none that does not end."""
        for pipe in (self._questions, self._answers):
            with contextlib.suppress(OSError):
                pipe.close()
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


_pool = ParserPool(Limits())
