"""Starts and stops programs in process groups of their own, which a guardian watches over.

A group of its own keeps a Ctrl-C at the terminal from reaching them; the guardian keeps them from
outliving us when we die without a chance to stop them. Never restarts anything.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHILD_STAGE, CACHE_STAGE, DATABASE_STAGE = 0, 1, 2
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Program:
    """What to run, and how it is asked to stop; `stage` orders the stopping, lowest first."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    stage: int = CHILD_STAGE
    stop_signal: int = signal.SIGTERM
    popen_options: Mapping[str, Any] = field(default_factory=dict)


class Guardian:
    """The other end of guardian.py; `keep_open` are file descriptors of locks it holds with us."""

    def __init__(self, keep_open: Sequence[int] = ()) -> None:
        script = Path(__file__).with_name("guardian.py")
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            pass_fds=keep_open,
            start_new_session=True,
        )

    def watch(self, running: "Running") -> None:
        program = running.program
        self._tell(f"+ {running.group} {int(program.stop_signal)} {program.stage}\n")

    def forget(self, running: "Running") -> None:
        self._tell(f"- {running.group}\n")

    def close(self) -> None:
        """End the guardian; it stops what it still watches first."""
        pipe = self._process.stdin
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is not None:
            # A killed guardian is no reason to stop the site.
            with contextlib.suppress(OSError):
                pipe.write(line.encode())
                pipe.flush()


class Running:
    """A started program and its group."""

    def __init__(self, program: Program, guardian: Guardian, output: int | Any) -> None:
        self.program = program
        self.started_at = time.monotonic()
        self._guardian = guardian
        self._ended = False
        self.process = subprocess.Popen(  # noqa: S603
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(program.environment),
            cwd=program.folder,
            start_new_session=True,
            **program.popen_options,
        )
        self.group = self.process.pid
        guardian.watch(self)

    def exit_code(self) -> int | None:
        """Return None while it runs; afterwards its code, when the rest of its group is gone."""
        code = self.process.poll()
        if code is not None:
            self.kill()
        return code

    def ask_to_stop(self) -> None:
        if self.process.poll() is None:
            self.send(self.program.stop_signal)

    def wait(self, seconds: float) -> bool:
        """Wait for its end; return whether it came in time."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def kill(self) -> None:
        """Kill whatever is left of the whole group, and collect its exit."""
        if self._ended:
            return
        self._ended = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.group, signal.SIGKILL)
        self.process.wait()
        self._guardian.forget(self)

    def send(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(self.process.pid, number)


def describe_exit(code: int) -> str:
    """Return "stopped with exit code 1" or "was killed by SIGKILL"."""
    if code >= 0:
        return f"stopped with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
