import threading


class ImpatientStop(threading.Event):
    """Waits no time at all and stops after so many waits, which it remembers."""

    def __init__(self, *, after: int) -> None:
        super().__init__()
        self.after = after
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        if len(self.waits) >= self.after:
            self.set()
        return self.is_set()
