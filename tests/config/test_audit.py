import json
import subprocess
from typing import Any

import pytest

from config import audit

CLEAN = {"name": "django", "version": "5.2.19", "vulns": []}
FAULTY = {
    "name": "lxml",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"], "aliases": [], "description": ""}],
}
UNKNOWN = {"name": "own", "skip_reason": "Dependency not found on PyPI"}


def answer(monkeypatch: pytest.MonkeyPatch, stdout: str, stderr: str = "") -> None:
    done = subprocess.CompletedProcess([], 0, stdout, stderr)
    monkeypatch.setattr(subprocess, "run", lambda *_a, **_k: done)


@pytest.mark.parametrize(
    ("rows", "status", "words"),
    [
        ([CLEAN], 0, "r.txt: 1 packages audited.\n"),
        ([CLEAN, FAULTY], 1, "lxml 1.0: PYSEC-2026-1 (mended in 1.1)"),
        ([UNKNOWN], 0, "not audited, PyPI answered for none of 1 packages"),
        ([CLEAN, UNKNOWN], 0, "not audited, PyPI does not know: own."),
    ],
)
def test_only_a_known_fault_fails(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    rows: list[dict[str, Any]],
    status: int,
    words: str,
) -> None:
    answer(monkeypatch, json.dumps({"dependencies": rows}))
    assert audit.main(["r.txt"]) == status
    assert words in capsys.readouterr().out


def test_without_the_network_nothing_fails_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "", "Traceback\nConnectionError: no route to pypi.org")
    assert audit.main(["r.txt"]) == 0
    assert "not audited, pip-audit could not ask: ConnectionError" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rows", "status", "is_said"),
    [
        ([CLEAN], 0, False),
        ([CLEAN, FAULTY], 1, False),
        ([UNKNOWN], 2, True),
        ([], 2, True),
        ([CLEAN, UNKNOWN], 2, True),
        ([FAULTY, UNKNOWN], 1, True),
    ],
)
def test_strictly_what_was_not_audited_fails_too(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    rows: list[dict[str, Any]],
    status: int,
    is_said: bool,
) -> None:
    answer(monkeypatch, json.dumps({"dependencies": rows}))
    assert audit.main(["r.txt"], is_strict=True) == status
    assert ("Not all was audited" in capsys.readouterr().out) == is_said


def test_strictly_the_network_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "", "Traceback\nConnectionError: no route to pypi.org")
    assert audit.main(["a.txt", "b.txt"], is_strict=True) == 2
    assert capsys.readouterr().out.endswith("for a fault: a.txt, b.txt\n")
