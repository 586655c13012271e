"""Makes a new model of the stored papers, in a process of its own.

Decides which papers a model is made of and what that may cost; never when it is made (slots.py) nor
how (fitting.py). Read more: papers/meaning/training_child.py.
"""

import contextlib
import os
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, cast
from uuid import uuid4

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from papers.meaning.model import ARRAYS, Model
from papers.meaning.terms import join_text
from papers.meaning.training_child import TOO_LITTLE, write_text

MEMORY_BYTES = 1_500_000_000
CPU_SECONDS = 1800
WALL_SECONDS = 3600.0
# More papers are sampled: what words mean does not change with the millionth paper.
MOST_PAPERS = 120_000
PAPERS_A_READ = 1000
CHILD = "papers.meaning.training_child"
PROJECT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONPATH")
# One core is left to the site; and each thread more would have buffers of its own.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# The hash spreads papers evenly over 2^20 parts, of which so many are taken as the sample needs;
# the same papers each time, so that a model changes no more than the papers do.
_TEXTS = """
SELECT id, title, abstract FROM papers_paper
WHERE id > %s AND (hashint8extended(id, 0) & 1048575) < %s AND text_source > 0
ORDER BY id LIMIT %s
"""
_PARTS = 1 << 20
_SIZE = struct.Struct("!Q")


class TrainingError(Exception):
    """No model could be made; the message says why."""


def train(papers: int) -> Model:
    """Return a model of the stored papers, which are about `papers`.

    Above 120,000 of them a sample of that size is read, chosen by a hash of their numbers. Costs at
    most 1.5 GB of memory and half an hour of work, in a child process. Raises TrainingError.
    """
    with tempfile.TemporaryFile() as errors, _Child(errors) as child:
        try:
            for text in _texts(papers):
                write_text(child.texts, text)
            child.texts.write(b"\0\0\0\0")
            child.texts.close()
            arrays = {name: _read_array(child.arrays, name) for name in ARRAYS}
        except (BrokenPipeError, EOFError, OSError) as error:
            raise TrainingError(child.last_words(errors)) from error
    return Model(uuid4(), arrays["terms"], arrays["weights"], arrays["components"])


def _texts(papers: int) -> Iterator[str]:
    parts = min(_PARTS, _PARTS * MOST_PAPERS // max(papers, 1))
    last = -1
    while True:
        # A transaction for each read: a long one would hold up every machine's search index.
        with connection.cursor() as cursor:
            cursor.execute(_TEXTS, (last, parts, PAPERS_A_READ))
            rows = cursor.fetchall()
        if not rows:
            return
        for _paper_id, title, abstract in rows:
            yield join_text(title, abstract)
        last = rows[-1][0]


def _read_array(stream: BinaryIO, name: str) -> NDArray[Any]:
    kind, width = ARRAYS[name]
    head = stream.read(_SIZE.size)
    if len(head) < _SIZE.size:
        raise EOFError("the process ended without an answer")
    (size,) = _SIZE.unpack(head)
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("the process ended in the middle of its answer")
    array = np.frombuffer(data, kind)
    return array.reshape(-1, width) if width > 1 else array


class _Child:
    def __init__(self, errors: IO[bytes]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this project's own module
            [sys.executable, "-m", CHILD, str(MEMORY_BYTES), str(CPU_SECONDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=PROJECT,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ} | ONE_THREAD,
        )
        self.texts = cast("BinaryIO", self._process.stdin)
        self.arrays = cast("BinaryIO", self._process.stdout)
        self._timer = threading.Timer(WALL_SECONDS, self._process.kill)
        self._timer.daemon = True

    def __enter__(self) -> "_Child":
        self._timer.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._timer.cancel()
        self._process.kill()
        self._process.wait()
        for pipe in (self.texts, self.arrays):
            # What was left to be sent has nobody to read it.
            with contextlib.suppress(OSError):
                pipe.close()

    def last_words(self, errors: IO[bytes]) -> str:
        status = self._process.wait(timeout=10)
        errors.seek(0)
        lines = errors.read().decode("utf-8", "replace").strip().splitlines()
        words = lines[-1] if lines else "no word"
        if status == TOO_LITTLE:
            return words
        return f"The process that makes the model ended with status {status}: {words}"
