"""The moments of one issue's way at which its worker is killed, and how the issue must end (P3)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.faults.workers import Process, wait_for

if TYPE_CHECKING:
    from tests.faults.stage import Stage


@dataclass(frozen=True, slots=True)
class Point:
    """`fail_at` is reached in the worker, `kill_at` seen by the server; one of them is set.

    `left` is the state the dead worker leaves, `end` the one it must come to, `taken` how many
    mails the server must have in the end, `attempts` how many were made.
    """

    name: str
    fail_at: str = ""
    kill_at: bytes = b""
    left: str = "claimed"
    end: str = "sent"
    taken: int = 1
    attempts: int = 2


POINTS = (
    Point("after the claim", fail_at="claimed"),
    Point("after rendering", fail_at="rendered"),
    Point("after RCPT", kill_at=b"RCPT"),
    Point("text sent, not committed", fail_at="text sent"),
    Point(
        "committed, before the dot",
        fail_at="sending",
        left="sending",
        end="unknown",
        taken=0,
        attempts=1,
    ),
    Point("after the dot", kill_at=b"DOT", left="sending", end="unknown", attempts=1),
    Point("answered, not committed", fail_at="answered", left="sending", end="unknown", attempts=1),
)


def kill_at(stage: "Stage", point: Point) -> Process:
    """Let a worker send the one reader's issue and die at `point`; return the dead worker.

    Raises AssertionError when it did not die, or left another state than it must.
    """
    worker = stage.crew.ready_worker(threads=1, fail_at=point.fail_at)
    stage.postbox.at = _killer(worker, point.kill_at)
    try:
        stage.nudge()
        assert wait_for(lambda: not worker.is_alive()), worker.log.read_text()
    finally:
        stage.postbox.at = lambda phase: None
    assert worker.child.returncode == -9, worker.log.read_text()
    assert stage.states() == {point.left: 1}, stage.states()
    return worker


def ending(stage: "Stage") -> tuple[str, int, int]:
    """Return the one issue's state, how many mails were taken for it, and its attempts."""
    from accounts.models import Delivery

    delivery = Delivery.objects.get()
    return delivery.state, len(stage.postbox.mails), delivery.attempts


def expected(point: Point) -> tuple[str, int, int]:
    return point.end, point.taken, point.attempts


def _killer(worker: Process, phase_to_kill_at: bytes) -> Callable[[bytes], None]:
    def look(phase: bytes) -> None:
        if phase == phase_to_kill_at:
            worker.kill()

    return look
