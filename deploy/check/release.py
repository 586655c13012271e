"""The site as the image holds it: the same files, production's requirements, static files built.

What the Dockerfile does is done here in a folder. The folder is never written to afterwards.
"""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.check.image import PROJECT, copied_names

_NEEDLESS = shutil.ignore_patterns("__pycache__", "*.pyc")


@dataclass(frozen=True, slots=True)
class Release:
    """`python` has what requirements.txt names, and in a fresh environment nothing else."""

    folder: Path
    python: Path
    static: Path

    def times(self) -> dict[str, int]:
        """Return when each file and folder was last written, by its path."""
        paths = [path for root in (self.folder, self.static) for path in root.rglob("*")]
        return {str(path): path.lstat().st_mtime_ns for path in paths}

    def can_run_as_others(self) -> bool:
        """Whether a user other than root reaches the program of Python."""
        path = Path(os.path.realpath(self.python))
        return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)


def make_release(folder: Path, *, base: str | None) -> Release:
    """Copy what .dockerignore lets through, and install requirements.txt by hash into a fresh
    environment of the program `base`; without one it is the environment that runs this.
    """
    source = folder / "opt" / "broadsheet"
    source.mkdir(parents=True)
    for name in copied_names():
        found = PROJECT / name
        if found.is_dir():
            shutil.copytree(found, source / name, ignore=_NEEDLESS)
        elif found.exists():
            shutil.copy2(found, source / name)
    python = _fresh_python(folder / "opt" / "venv", source, base) if base else Path(sys.executable)
    release = Release(source, python, folder / "opt" / "static")
    _collect_static(release)
    _run([str(python), "-m", "compileall", "-q", str(source)], source)
    return release


def _fresh_python(folder: Path, source: Path, base: str) -> Path:
    _run([base, "-m", "venv", "--without-pip", str(folder)], source)
    python = folder / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    install += ["--disable-pip-version-check", "--require-hashes", "--only-binary=:all:"]
    _run([*install, "-r", "requirements.txt"], source)
    return python


def _collect_static(release: Release) -> None:
    with tempfile.TemporaryDirectory() as var:
        own = {"BROADSHEET_VAR": var, "STATIC_ROOT": str(release.static)}
        command = [str(release.python), "manage.py", "collectstatic", "--no-input"]
        _run([*command, "--verbosity=0"], release.folder, **own)


def _run(command: list[str], folder: Path, **own: str) -> None:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **own}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
