"""One log of all processes: each line carries the time and the name of who wrote it."""

import contextlib
import json
import re
import sys
import threading
import time
from datetime import UTC, datetime
from typing import IO, TextIO

from config.log_lines import cut_keys

WIDTH = 10
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_COLOURS = {
    "web": 32,
    "worker-io": 36,
    "worker-cpu": 34,
    "beat": 35,
    "follower": 33,
    "postgres": 90,
    "valkey": 90,
}


class Log:
    """`as_json`: an object a line, also of what programs say that write none themselves."""

    def __init__(self, stream: TextIO | None = None, *, as_json: bool = False) -> None:
        self._as_json = as_json
        self._stream = stream or sys.stdout
        self._colour = self._stream.isatty()
        self._lock = threading.Lock()

    def say(self, name: str, text: str) -> None:
        """Write one line of `name`. A line that cannot be written is lost, and stops nothing: its
        reader has gone, or its terminal, or its disk is full.
        """
        text = cut_keys(text)
        line = f"{time.strftime('%H:%M:%S')} {self._label(name)} | {text}\n"
        if self._as_json:
            line = _object(name, text) + "\n"
        with self._lock, contextlib.suppress(OSError, ValueError):
            try:
                self._stream.write(line)
            except UnicodeEncodeError:
                self._stream.write(_in_ascii(line))
            self._stream.flush()

    def follow(self, name: str, pipe: IO[bytes]) -> threading.Thread:
        """Copy what a process writes, until it ends, in a thread of its own."""
        thread = threading.Thread(target=self._copy, args=(name, pipe), daemon=True)
        thread.start()
        return thread

    def _copy(self, name: str, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                text = line.decode(errors="replace").rstrip()
                if text:
                    self.say(name, text)

    def _label(self, name: str) -> str:
        padded = name.ljust(WIDTH)
        colour = _COLOURS.get(name, 1)
        return f"\033[{colour}m{padded}\033[0m" if self._colour else padded


def _in_ascii(line: str) -> str:
    """Return the line with other letters by number, as JSON writes them: so it stays JSON."""
    return _NOT_ASCII.sub(lambda found: json.dumps(found[0]).strip('"'), line)


def _object(name: str, text: str) -> str:
    said = None
    if text.startswith("{"):
        try:
            said = json.loads(text)
        except ValueError:
            said = None
    if not isinstance(said, dict):
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        said = {"time": now, "level": "INFO", "message": text}
    return json.dumps({**said, "process": name}, ensure_ascii=False)
