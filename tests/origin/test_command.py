import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.origin import Origin


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "papers.jsonl.gz"
    with pytest.raises(CommandError, match=r"papers\.jsonl\.gz does not exist"):
        call_command("origin", papers=missing)


def test_a_broken_papers_file_is_told_by_line(tmp_path: Path) -> None:
    path = tmp_path / "papers.jsonl"
    path.write_text("nonsense\n")
    with pytest.raises(CommandError, match="Line 1 of the papers file"):
        call_command("origin", papers=path)


def test_without_the_tests_folder_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tests.origin", None)
    with pytest.raises(CommandError, match="The folder tests/ is missing"):
        call_command("origin")


def test_a_taken_port_is_an_error_in_words() -> None:
    with Origin() as origin, pytest.raises(CommandError, match="cannot be used"):
        call_command("origin", port=origin.port)
