"""Reads the units of systemd: whether each names a process and settings that exist."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from config.supervisor.children import NAMES
from deploy.check.compose import DEPLOY, commands, is_setting

UNITS = DEPLOY / "systemd"
PYTHON = "/opt/broadsheet/.venv/bin/python"
_START = re.compile(r"^ExecStart=(\S+) manage\.py (\S+)(?: (.*))?$", re.MULTILINE)
_VARIABLE = re.compile(r"^Environment=(.*)$", re.MULTILINE)
_OTHERS = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def find_problems(folder: Path = UNITS) -> list[str]:
    problems, started = [], set()
    for unit in sorted([*folder.glob("*.service"), *folder.glob("*.service.d/*.conf")]):
        text = unit.read_text()
        for python, command, arguments in _START.findall(text):
            if python != PYTHON:
                problems.append(f"{unit.name}: {python} is not {PYTHON}")
            if command not in commands():
                problems.append(f"{unit.name}: there is no command {command!r} of manage.py")
            if command == "run":
                started.add(arguments)
        for line in _VARIABLE.findall(text):
            names = [assignment.partition("=")[0] for assignment in line.split()]
            unknown = [name for name in names if not is_setting(name) and name not in _OTHERS]
            problems += [f"{unit.name}: there is no setting {name}" for name in unknown]
    problems += [f"no unit runs {name}" for name in sorted(set(NAMES) - started)]
    problems += [f"there is no process {name}" for name in sorted(started - set(NAMES))]
    return problems


def can_verify() -> bool:
    return shutil.which("systemd-analyze") is not None


def verify(folder: Path = UNITS) -> tuple[list[str], str]:
    """Ask systemd itself; return its complaints, and how exposed it finds each service."""
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        for unit in Path(copy).glob("*.service"):
            # A program must be there to be found right.
            unit.write_text(unit.read_text().replace(PYTHON, sys.executable))
        units = sorted(str(path) for path in Path(copy).glob("broadsheet*.*") if path.is_file())
        units = [unit for unit in units if not unit.endswith(".sysusers")]
        complaints = _ask(copy, "verify", *units)
        rating = _ask(copy, "security", "--offline=yes", f"{copy}/broadsheet-web.service")
    exposure = re.search(r"exposure level for \S+: (\S+ \w+)", rating)
    return complaints.splitlines(), exposure[1] if exposure else "not rated"


def _ask(folder: str, *arguments: str) -> str:
    done = subprocess.run(
        ["systemd-analyze", *arguments],
        env={"PATH": "/usr/bin:/bin", "SYSTEMD_UNIT_PATH": f"{folder}:", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr if arguments[0] == "security" else done.stderr
