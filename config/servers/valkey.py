"""Runs one private Valkey: cache and queue, on a Unix socket in a 0700 folder and on no port.

It keeps nothing on disk: what must not be lost is in Postgres (DESIGN 3.7). Only entries with a
time to live are thrown out when memory is short, so nothing that is queued is.
"""

import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from config.servers.account import Account, give_folder
from config.servers.errors import ServersError
from config.servers.leftovers import end_leftovers
from config.servers.logs import last_line, open_log
from config.servers.postgres import ENVIRONMENT
from config.servers.processes import CACHE_STAGE, Guardian, Program, Running

MEMORY = "256mb"
_START_SECONDS = 20.0


@dataclass(frozen=True)
class Cache:
    program: Path
    socket: Path
    folder: Path
    account: Account

    @property
    def log(self) -> Path:
        return self.folder.with_name("valkey.log")


def start_valkey(cache: Cache, guardian: Guardian) -> Running:
    """Start the server and return when it answers; raise ServersError when it does not."""
    give_folder(cache.socket.parent, cache.account)
    give_folder(cache.folder, cache.account)
    end_leftovers(cache.folder, "valkey-server")
    with open_log(cache.log) as log:
        running = Running(_program(cache), guardian, log)
    deadline = time.monotonic() + _START_SECONDS
    while not answers(cache.socket):
        if running.process.poll() is not None or time.monotonic() > deadline:
            running.kill()
            raise ServersError(f"Valkey does not start: {last_line(cache.log)}")
        time.sleep(0.01)
    return running


def answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1.0)
            connection.connect(os.fspath(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _program(cache: Cache) -> Program:
    options = {
        "--port": "0",
        "--unixsocket": str(cache.socket),
        "--unixsocketperm": "700",
        "--dir": str(cache.folder),
        "--databases": "64",
        "--maxmemory": MEMORY,
        "--maxmemory-policy": "volatile-ttl",
        "--appendonly": "no",
        "--save": "",
        "--loglevel": "warning",
    }
    return Program(
        name="valkey",
        command=[str(cache.program), *(part for option in options.items() for part in option)],
        environment=ENVIRONMENT,
        folder=Path("/"),
        stage=CACHE_STAGE,
        popen_options=cache.account.popen_options(),
    )
