"""Reads the Dockerfile: enough to know its image small, rootless and free of compilers."""

import re
import shutil
import subprocess
from pathlib import Path

from deploy.check.claims import lines_of_failure
from deploy.check.compose import DEPLOY

PROJECT = DEPLOY.parent
DOCKERFILE = DEPLOY / "Dockerfile"
IGNORED = PROJECT / ".dockerignore"
_BUILDS = re.compile(r"\b(gcc|g\+\+|build-essential|apt-get|apk add|-dev\b)")


def find_problems(dockerfile: Path = DOCKERFILE) -> list[str]:
    lines = _instructions(dockerfile.read_text())
    last = lines[max(n for n, line in enumerate(lines) if line.startswith("FROM ")) :]
    users = [line.split()[1] for line in last if line.startswith("USER ")]
    problems = []
    if not users or not re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1]):
        problems.append("the last USER is not a number other than root's")
    problems += [f"builds something: {line}" for line in lines if _BUILDS.search(line)]
    if not any("--require-hashes" in line and "requirements.txt" in line for line in lines):
        problems.append("requirements.txt is not installed by hashes")
    if any("requirements-dev" in line for line in lines):
        problems.append("installs what only developers need")
    if not any(line.startswith("HEALTHCHECK ") for line in last):
        problems.append("has no HEALTHCHECK")
    if not any("collectstatic" in line for line in lines):
        problems.append("collects no static files")
    return problems


def copied_names() -> list[str]:
    """Return what of the project's folder gets into the image, by .dockerignore."""
    lines = IGNORED.read_text().splitlines()
    return [line.removeprefix("!") for line in lines if line.startswith("!")]


def can_lint() -> bool:
    return shutil.which("hadolint") is not None


def lint() -> list[str]:
    done = subprocess.run(
        ["hadolint", "--no-color", str(DOCKERFILE)], capture_output=True, text=True, check=False
    )
    return lines_of_failure(done) or done.stdout.splitlines()


def _instructions(text: str) -> list[str]:
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [line.strip() for line in re.sub(r"\\\n\s*", " ", kept).splitlines() if line.strip()]
