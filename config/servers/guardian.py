"""A small program that stops process groups when the process that started it dies of kill -9.

It never acts while that process lives. Run by its file name alone: it imports nothing of ours.
Its input says which groups to watch ("+ group signal stage") and which have ended ("- group");
when the input ends it stops the rest, stage after stage, and keeps its inherited locks until then.
"""

import os
import signal
import sys
import time

GRACE_SECONDS = 4.0


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: dict[int, tuple[int, int]] = {}
    for line in sys.stdin:
        action, group, *rest = line.split()
        if action == "+":
            groups[int(group)] = (int(rest[0]), int(rest[1]))
        else:
            groups.pop(int(group), None)
    for stage in sorted({stage for _, stage in groups.values()}):
        stop_all({group: number for group, (number, at) in groups.items() if at == stage})


def stop_all(signals: dict[int, int]) -> None:
    """Send each group its signal, then KILL to what still runs after GRACE_SECONDS."""
    for group, number in signals.items():
        send(group, number)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(is_led(group) for group in signals):
        time.sleep(0.05)
    for group in signals:
        send(group, signal.SIGKILL)


def is_led(group: int) -> bool:
    """Return whether the group's first process runs; the others are killed when it does not."""
    try:
        with open(f"/proc/{group}/stat") as stat:
            # A dead one is listed until its new parent, init, takes note of it.
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not os.path.exists("/proc/self") and send(group, 0)


def send(group: int, number: int) -> bool:
    """Return whether any process of the group was there to get the signal."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
