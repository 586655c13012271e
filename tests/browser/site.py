"""A whole site for tests: `manage.py start` in a folder of its own, with nothing faked.

Every process runs, mail goes to the outbox, papers are invented samples; the sources are a local
origin that has nothing, so that no test depends on the network.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 90.0
STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Site:
    url: str
    var: Path
    environment: dict[str, str]
    process: "subprocess.Popen[bytes]"

    def manage(self, *arguments: str) -> str:
        """Run a command of manage.py beside the running site and return what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=PROJECT, env=self.environment, capture_output=True, check=True
        )
        return done.stdout.decode()


@contextmanager
def running_site(
    var: Path, *, origin: dict[str, str], sample: bool = True, only: str = ""
) -> Iterator[Site]:
    """Start the site in `var` with sample papers and stop it; its log is `var/start.log`.

    `origin` is the environment that names where the sources are; `only` names the processes to
    run, all without it.
    """
    port = _free_port()
    unset = ("DATABASE_URL", "REDIS_URL", "SITE_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {
        "BROADSHEET_VAR": str(var),
        "PORT": str(port),
        "SAMPLE": str(int(sample)),
        **origin,
    }
    command = [sys.executable, "manage.py", "start", *([f"--only={only}"] if only else [])]
    with (var / "start.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            url = f"http://localhost:{port}"
            # A test must not come before the search index.
            _wait(url if only else f"{url}/readyz/serve", process, var / "start.log")
            yield Site(url, var, environment, process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise AssertionError(f"The site did not start:\n{log.read_text()}")
