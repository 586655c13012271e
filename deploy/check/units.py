"""Reads the units of systemd: whether each names a process and settings that exist."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from config.supervisor.children import NAMES
from deploy.check.claims import lines_of_failure
from deploy.check.compose import DEPLOY, commands, is_setting

UNITS = DEPLOY / "systemd"
PYTHON = "/opt/broadsheet/.venv/bin/python"
_START = re.compile(r"^ExecStart=(\S+) manage\.py (\S+)(?: (.*))?$", re.MULTILINE)
_VARIABLE = re.compile(r"^Environment=(.*)$", re.MULTILINE)
_OTHERS = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def find_problems(folder: Path = UNITS) -> list[str]:
    problems, started = [], set()
    for unit in sorted([*folder.rglob("*.service"), *folder.rglob("*.service.d/*.conf")]):
        text = unit.read_text()
        starts = _START.findall(text)
        started |= {arguments for _python, command, arguments in starts if command == "run"}
        found = [*_wrong_starts(starts), *_unknown_settings(text)]
        # A drop-in may start nothing; whatever is started has to be understood.
        if len(starts) != text.count("\nExecStart=") or (unit.suffix == ".service" and not starts):
            found.append("no ExecStart, or one that is no command of manage.py")
        problems += [f"{unit.name}: {problem}" for problem in found]
    problems += [f"no unit runs {name}" for name in sorted(set(NAMES) - started)]
    problems += [f"there is no process {name}" for name in sorted(started - set(NAMES))]
    return problems


def _wrong_starts(starts: list[tuple[str, str, str]]) -> Iterator[str]:
    for python, command, _arguments in starts:
        if python != PYTHON:
            yield f"{python} is not {PYTHON}"
        if command not in commands():
            yield f"there is no command {command!r} of manage.py"


def _unknown_settings(text: str) -> Iterator[str]:
    for line in _VARIABLE.findall(text):
        for assignment in line.split():
            name = assignment.partition("=")[0]
            if not is_setting(name) and name not in _OTHERS:
                yield f"there is no setting {name}"


def can_verify() -> bool:
    return shutil.which("systemd-analyze") is not None


def verify(folder: Path = UNITS) -> tuple[list[str], str]:
    """Ask systemd itself; return its complaints, and how exposed it finds each service."""
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        for unit in Path(copy).rglob("*.service"):
            # A program must be there to be found right.
            unit.write_text(unit.read_text().replace(PYTHON, sys.executable))
        units = sorted(str(path) for path in Path(copy).rglob("broadsheet*.*") if path.is_file())
        units = [unit for unit in units if not unit.endswith(".sysusers")]
        verified = _ask(copy, "verify", *units)
        rating = _ask(copy, "security", "--offline=yes", f"{copy}/broadsheet-web.service")
    said = rating.stdout + rating.stderr
    exposure = re.search(r"exposure level for \S+: (\S+ \w+)", said)
    complaints = lines_of_failure(verified) or verified.stderr.splitlines()
    return complaints, exposure[1] if exposure else "not rated"


def _ask(folder: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["systemd-analyze", *arguments],
        env={"PATH": "/usr/bin:/bin", "SYSTEMD_UNIT_PATH": f"{folder}:", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
