"""The process that reads documents, under limits of the operating system: one after another.

Started by papers/feeds/parsing.py as `python -m papers.feeds.parser_child`. It knows no settings,
no password and no database; it ends when its parent does. Limits that a system does not have are
left out: macOS bounds no memory. Read more: setrlimit(2).
"""

import contextlib
import importlib
import json
import os
import pickle
import resource
import select
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import django
from django.conf import settings

from papers.feeds.frames import Answer, Limits, Question, read_frame, write_frame
from papers.feeds.records import FeedError, ParseError

MAPPED, RESIDENT = 0, 1
_STATM = Path("/proc/self/statm")


def main() -> None:
    limits = Limits(**json.loads(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    questions, answers = _take_over_pipes()
    _know_the_models_alone()
    _limit_memory(limits.memory_bytes)
    with contextlib.suppress(EOFError, BrokenPipeError):
        _answer_all(questions, answers, limits)
    # What was left half written is nobody's any more.
    os._exit(0)


def _take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the parent; whatever prints from now on prints among the errors."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return questions, answers


def _answer_all(questions: BinaryIO, answers: BinaryIO, limits: Limits) -> None:
    for left in reversed(range(limits.documents)):
        # Nothing is sent before the last answer was read, so nothing waits in the buffer.
        if not select.select([questions], [], [], limits.idle_seconds)[0]:
            return
        answer = _answer(questions, limits)
        is_last = left == 0 or _pages(RESIDENT) > limits.resident_bytes
        write_frame(answers, _pickled(replace(answer, is_last=is_last), limits))
        if is_last:
            return


def _know_the_models_alone() -> None:
    """Modules of papers.feeds import fetch.py and with it the models of papers, nothing else."""
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "papers"],
        AUTH_USER_MODEL="accounts.User",
        USE_TZ=True,
        LOGGING_CONFIG=None,
    )
    django.setup()


def _limit_memory(memory_bytes: int) -> None:
    mapped_bytes = _pages(MAPPED)
    if not mapped_bytes:
        return
    limits = {
        # This one counts what is really allocated, but not every system heeds it.
        resource.RLIMIT_DATA: memory_bytes,
        resource.RLIMIT_AS: mapped_bytes + memory_bytes,
        resource.RLIMIT_CORE: 0,
    }
    for kind, limit in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def _limit_cpu(cpu_seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + cpu_seconds + 1
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _answer(questions: BinaryIO, limits: Limits) -> Answer:
    try:
        question: Question = pickle.loads(read_frame(questions))  # noqa: S301 - as above
        body = read_frame(questions)
        _limit_cpu(limits.cpu_seconds)
        return Answer(value=_function(question, limits)(body, **question.arguments))
    except MemoryError:
        return Answer(error=_too_much_memory(limits))
    except FeedError as error:
        return Answer(error=error)
    except RecursionError:
        return Answer(error=ParseError(f"Reading {limits.what} stopped: it nests too deep."))
    except EOFError:
        raise
    except Exception:
        return Answer(bug=traceback.format_exc(limit=-8))


def _function(question: Question, limits: Limits) -> Callable[..., Any]:
    if not limits.allows(question.module):
        raise ValueError(f"{question.module} is not to be named")
    function: Callable[..., Any] = getattr(
        importlib.import_module(question.module), question.function
    )
    return function


def _pickled(answer: Answer, limits: Limits) -> bytes:
    try:
        return pickle.dumps(answer, protocol=5)
    except MemoryError:
        return pickle.dumps(Answer(error=_too_much_memory(limits), is_last=answer.is_last))
    except (pickle.PicklingError, TypeError, AttributeError):
        return pickle.dumps(Answer(bug=traceback.format_exc(limit=-8), is_last=answer.is_last))


def _too_much_memory(limits: Limits) -> ParseError:
    return ParseError(f"Reading {limits.what} takes more memory than it may.")


def _pages(place: int) -> int:
    """Bytes mapped or resident now; 0 where the system does not say."""
    try:
        return int(_STATM.read_text().split()[place]) * resource.getpagesize()
    except OSError:
        return 0


if __name__ == "__main__":
    main()
