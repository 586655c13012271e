"""deploy.check itself: what it looks at, it looks at, and silence is no proof."""

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.check import image, nginx, scenario, units
from deploy.check.machines import USER, users_of

IS_ROOT = os.geteuid() == 0
WANTED = USER if IS_ROOT else os.geteuid()


@pytest.fixture
def failing(tmp_path: Path) -> Path:
    """A program that ends with 3 and says nothing."""
    program = tmp_path / "bin" / "hadolint"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    return program


def test_a_linter_of_the_image_that_fails_in_silence_is_told(
    failing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{failing.parent}:{os.environ['PATH']}")
    assert image.lint() == ["exit code 3"]


def test_an_nginx_that_fails_in_silence_is_told(
    failing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NGINX_PROGRAM", str(failing))
    monkeypatch.setattr(nginx, "_make_certificate", lambda _folder: None)
    assert nginx.find_problems(tmp_path) == ["exit code 3"]


def test_a_systemd_that_fails_in_silence_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.CompletedProcess([], 3, stdout="", stderr="")
    monkeypatch.setattr(units, "_ask", lambda *_arguments: done)
    assert units.verify() == (["exit code 3"], "not rated")


def test_users_are_those_of_all_processes_of_a_session() -> None:
    other: dict[str, Any] = {"user": USER, "group": USER} if IS_ROOT else {}
    command = ["/bin/sh", "-c", "sleep 60 & echo begun; wait"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd="/", start_new_session=True, **other
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"begun\n"
        found = users_of([process.pid])
        os.killpg(process.pid, 9)
    assert found == {WANTED}


@pytest.mark.parametrize(
    ("users", "verdict"), [({WANTED}, "yes"), ({WANTED, 0}, "NO"), ({0}, "NO"), (set(), "NO")]
)
def test_a_process_of_root_breaks_the_claim_of_rootlessness(users: set[int], verdict: str) -> None:
    site: Any = SimpleNamespace(
        machines=[SimpleNamespace(users=lambda: users)],
        release=SimpleNamespace(can_run_as_others=lambda: True),
    )
    assert scenario.check_rootless(site).verdict == verdict
