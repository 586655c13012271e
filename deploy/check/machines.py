"""Machines of a site, played by folders and ports: each runs what its compose file names.

Commands and settings are read from deploy/machines/*.yaml and broadsheet.env.sample, secrets from
files as Compose gives them; only addresses and folders differ.
"""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deploy.check.compose import DEPLOY, Service, read_services
from deploy.check.release import Release

USER = 10001
_PATIENCE_SECONDS = 120.0


def read_env_sample() -> dict[str, str]:
    lines = (DEPLOY / "broadsheet.env.sample").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _equals, value in pairs}


@dataclass
class Machine:
    """`kind` is web or worker; `shared` are settings of all machines, `var` is its volume."""

    name: str
    kind: str
    port: int
    release: Release
    folder: Path
    secrets: Path
    shared: Mapping[str, str]
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for folder, mode in ((self.var, 0o711), (self.temporary, 0o711), (self.backups, 0o700)):
            folder.mkdir(parents=True)
            folder.chmod(mode)
            if self._is_rootless:
                os.chown(folder, USER, USER)

    @property
    def var(self) -> Path:
        return self.folder / "var"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def backups(self) -> Path:
        """What is mounted as /backups."""
        return self.folder / "backups"

    @property
    def _is_rootless(self) -> bool:
        return os.geteuid() == 0 and self.release.can_run_as_others()

    def services(self) -> dict[str, Service]:
        file = f"machines/{self.kind}.yaml"
        return {each.name: each for each in read_services() if each.file == file}

    def start(self, *names: str) -> None:
        """Start these processes, or all but those that Compose runs only when asked."""
        for name, service in self.services().items():
            if name in names or (not names and "profiles" not in service.options):
                self.running[name] = self._start(service)

    def finish(self, name: str) -> str:
        """Run a job of this machine to its end; return what it said, raise when it failed."""
        process = self._start(self.services()[name])
        code = process.wait(timeout=_PATIENCE_SECONDS)
        said = (self.folder / f"{name}.log").read_text(errors="replace")
        if code:
            raise RuntimeError(f"{name} ended with {code}:\n{said}")
        return said

    def kill(self) -> None:
        """End everything at once, as when the power goes: SIGKILL to each whole group."""
        for process in self.running.values():
            _send(process, signal.SIGKILL)
        self._collect()

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and not all(
            process.poll() is not None for process in self.running.values()
        ):
            time.sleep(0.05)
        self.kill()

    def dead(self) -> list[str]:
        return [name for name, process in self.running.items() if process.poll() is not None]

    def users(self) -> set[int]:
        """Return whose the processes of this machine are, those that they began included."""
        return users_of([process.pid for process in self.running.values()])

    def environment(self, service: Service) -> dict[str, str]:
        """Return what the container has: the image's, the file's, the service's own, secrets."""
        told = service.options["environment"]
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": "/nonexistent",
            "LC_ALL": "C.UTF-8",
            "TMPDIR": str(self.temporary),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "BROADSHEET_VAR": str(self.var),
            "STATIC_ROOT": str(self.release.static),
            "PORT": str(self.port),
            **self.shared,
            **{
                name: value.replace("/run/secrets", str(self.secrets))
                for name, value in told.items()
            },
        }

    def ready(self) -> dict[str, Any]:
        """Return what /readyz/serve says, {} where nothing answers or not with 200."""
        site = urlsplit(self.shared["SITE_URL"])
        headers = {"Host": site.netloc, "X-Forwarded-Proto": site.scheme}
        address = f"http://127.0.0.1:{self.port}/readyz/serve"
        request = urllib.request.Request(address, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                found: dict[str, Any] = json.loads(answer.read())
                return found
        except (OSError, urllib.error.URLError, ValueError):
            return {}

    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1.0).close()
        except OSError:
            return False
        return True

    def probe(self) -> bool:
        """Whether the HEALTHCHECK of the image says it is well."""
        environment = self.environment(self.services()["web"])
        command = [str(self.release.python), "-m", "config.probe"]
        done = subprocess.run(
            command, cwd=self.release.folder, env=environment, capture_output=True, check=False
        )
        return done.returncode == 0

    def _start(self, service: Service) -> "subprocess.Popen[bytes]":
        mounted = {"/backups": str(self.backups)}
        words = [mounted.get(word, word) for word in service.options["command"]]
        command = [str(self.release.python), "manage.py", *words]
        options: dict[str, Any] = {"user": USER, "group": USER} if self._is_rootless else {}
        with (self.folder / f"{service.name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.release.folder,
                env=self.environment(service),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **options,
            )

    def _collect(self) -> None:
        for process in self.running.values():
            process.wait()
        self.running.clear()


def _send(process: "subprocess.Popen[bytes]", number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def users_of(sessions: Container[int]) -> set[int]:
    """Return the users of all processes of these sessions: real, effective, saved and of files.

    Source: proc(5), /proc/<pid>/status.
    """
    found: set[int] = set()
    for status in Path("/proc").glob("[0-9]*/status"):
        # It may have ended meanwhile.
        with contextlib.suppress(OSError):
            if os.getsid(int(status.parent.name)) in sessions:
                lines = re.findall(r"^Uid:(.*)$", status.read_text(), re.MULTILINE)
                found |= {int(user) for line in lines for user in line.split()}
    return found
