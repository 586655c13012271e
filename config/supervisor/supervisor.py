"""Keeps processes running: starts again what dies, stops all in order within ten seconds, or as
soon as the mails in hand are through.

It never decides what runs (children.py) and never touches the database.
"""

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Thread

from accounts.digest import in_hand
from config.servers.errors import ServersError
from config.servers.processes import Guardian, Program, Running, describe_exit
from config.supervisor.children import MAILER, STOP_STEPS
from config.supervisor.deaf import LAST_WORDS_SECONDS
from config.supervisor.output import Log
from config.supervisor.signals import StopSignals

LONGEST_BACK_OFF_SECONDS = 60.0
STEADY_SECONDS = 60.0  # who ran this long starts again with the shortest back-off
# So much longer do workers live that hand a mail over: killed, nobody knows whether it arrived.
MAIL_SECONDS = 20.0
_POLL_SECONDS = 0.1
AT_ONCE = 2  # who asks to stop a second time will not wait


@dataclass
class Kept:
    """One process that is kept running; `start` raises ServersError when it cannot be."""

    name: str
    start: Callable[[], Running]
    running: Running | None = None
    failures: int = 0
    start_at: float = 0.0
    kill_at: float | None = None


class Supervisor:
    def __init__(self, log: Log, guardian: Guardian, signals: StopSignals) -> None:
        self._log = log
        self._guardian = guardian
        self._signals = signals
        self._kept: list[Kept] = []

    def keep(self, name: str, start: Callable[[], Running], running: Running | None = None) -> None:
        """Keep `name` running; `running` is given when it has been started already."""
        self._kept.append(Kept(name, start, running))

    def keep_child(self, program: Program) -> None:
        self.keep(program.name, lambda: self._start_child(program))

    def run_to_its_end(self, program: Program, name: str) -> int:
        """Run what ends by itself, its lines under `name` in the log; return its exit code.

        Whoever asks us to stop asks it too, and waits for it; the second time it is killed.
        """
        running = Running(program, self._guardian, subprocess.PIPE)
        copying = self._copy_lines(running, name)
        is_asked = False
        while (code := running.exit_code()) is None and self._signals.count < AT_ONCE:
            # Once: asked again, it could not end what it does when it is asked.
            if self._signals.count and not is_asked:
                running.ask_to_stop()
                is_asked = True
            time.sleep(_POLL_SECONDS)
        running.kill()
        if copying is not None:
            copying.join()
        return running.process.wait() if code is None else code

    def run(self, on_tick: Callable[[], None]) -> None:
        """Watch over all, calling `on_tick` ten times a second, until StopRequested is raised."""
        while True:
            for kept in self._kept:
                self._watch(kept)
            on_tick()
            self._signals.pause(_POLL_SECONDS)

    def ages(self) -> dict[str, float]:
        """Return for how many seconds each has run; none of those that are being stopped."""
        now = time.monotonic()
        return {
            kept.name: now - kept.running.started_at
            for kept in self._kept
            if kept.running is not None and kept.kill_at is None
        }

    def restart(self, name: str, why: str) -> None:
        """Stop one that is alive but of no use; it is killed where it does not listen."""
        for kept in self._kept:
            if kept.name == name and kept.running is not None and kept.kill_at is None:
                self._log.say(name, f"{name} {why}; stopping it to start it anew")
                kept.running.ask_to_stop()
                kept.kill_at = time.monotonic() + LAST_WORDS_SECONDS

    def stop_children(self) -> None:
        """Stop the children step by step; a second signal makes it kill what is left at once."""
        for names, seconds in STOP_STEPS:
            step = [kept.running for kept in self._kept if kept.name in names and kept.running]
            for one in step:
                one.ask_to_stop()
            self._wait_for_end(step, seconds)
            if MAILER in names and in_hand.is_any():
                self._log.say(MAILER, "waiting for mails in hand; Ctrl-C again stops at once")
                self._wait_for_end(step, MAIL_SECONDS, lambda: not in_hand.is_any())
            for one in step:
                one.kill()

    def _start_child(self, program: Program) -> Running:
        running = Running(program, self._guardian, subprocess.PIPE)
        self._copy_lines(running, program.name)
        return running

    def _copy_lines(self, running: Running, name: str) -> Thread | None:
        pipe = running.process.stdout
        return self._log.follow(name, pipe) if pipe is not None else None

    def _watch(self, kept: Kept) -> None:
        if kept.running is None:
            if time.monotonic() >= kept.start_at:
                self._start(kept)
            return
        if kept.kill_at is not None and time.monotonic() >= kept.kill_at:
            kept.running.kill()
        code = kept.running.exit_code()
        if code is not None:
            self._plan_restart(kept, describe_exit(code))

    def _start(self, kept: Kept) -> None:
        try:
            kept.running = kept.start()
            if kept.failures:
                self._log.say(kept.name, f"{kept.name} runs again")
        except (ServersError, OSError) as error:
            self._plan_restart(kept, f"cannot start ({error})")

    def _plan_restart(self, kept: Kept, what: str) -> None:
        ran_seconds = time.monotonic() - kept.running.started_at if kept.running else 0.0
        kept.failures = 1 if ran_seconds >= STEADY_SECONDS else kept.failures + 1
        wait = back_off_seconds(kept.failures)
        kept.running, kept.kill_at = None, None
        kept.start_at = time.monotonic() + wait
        self._log.say(kept.name, f"{kept.name} {what}; starting again in {wait:.0f} s")

    def _wait_for_end(
        self, step: Sequence[Running], seconds: float, is_enough: Callable[[], bool] = lambda: False
    ) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._signals.count < AT_ONCE and not is_enough():
            if all(one.process.poll() is not None for one in step):
                return
            time.sleep(0.02)


def back_off_seconds(failures: int) -> float:
    """Return 2, 4, 8 ... seconds for the first, second, third failure in a row, 60 at most."""
    return min(LONGEST_BACK_OFF_SECONDS, 2.0 ** min(failures, 10))
