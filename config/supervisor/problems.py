"""Finds what would keep the site from starting, before anything is started, and says what to do."""

import errno
import shutil
import socket
import tempfile
from pathlib import Path

from config.servers.errors import ServersError

FIRST_START_BYTES = 300_000_000
LATER_START_BYTES = 50_000_000


def refuse_unusable_folder(var: Path, *, is_new: bool) -> None:
    """Raise ServersError when `var` cannot be written or its disk is nearly full."""
    try:
        with tempfile.TemporaryFile(dir=var):
            pass
    except OSError as error:
        raise ServersError(
            f"Cannot write to {var} ({error.strerror}): make it writable, "
            "or set BROADSHEET_VAR to a folder that is."
        ) from error
    needed = FIRST_START_BYTES if is_new else LATER_START_BYTES
    free = shutil.disk_usage(var).free
    if free < needed:
        raise ServersError(
            f"Only {free // 1_000_000} MB are free for {var} and {needed // 1_000_000} MB are "
            "needed: make room, or set BROADSHEET_VAR to a folder on another disk."
        )


def refuse_taken_port(host: str, port: int) -> None:
    """Raise ServersError when the web server could not listen there."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise ServersError(_explain(error, host, port)) from error


def _explain(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} of {host} is taken by another program: stop that, "
            f"or choose another port, as in 'PORT={port + 1} make run'."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} is only for root: choose one above 1023, as in 'PORT=8000 make run'."
    return f"Cannot listen on {host} ({error.strerror}): set HOST to an address of this machine."
