import os
from pathlib import Path
from typing import BinaryIO

LARGEST_LOG_BYTES = 5_000_000


def open_log(path: Path) -> BinaryIO:
    """Open a server's log to append to; one that has grown is put aside as `<name>.1` first."""
    if path.exists() and path.stat().st_size > LARGEST_LOG_BYTES:
        os.replace(path, path.with_name(f"{path.name}.1"))
    log = path.open("ab")
    path.chmod(0o600)
    return log


def last_line(path: Path) -> str:
    """Return what the log ends with, for a message; the whole log's path follows it."""
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    telling = [line for line in lines[-20:] if "FATAL" in line or "PANIC" in line] or lines[-1:]
    return f"{telling[-1].strip()} ({path})" if telling else f"see {path}"
