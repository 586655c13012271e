import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import figures
from tests.faults.__main__ import main, play
from tests.faults.digest_kills import choose_seeds, part_of_promise
from tests.faults.page import kept_in, page

RUNS = ("kills", "full", "poison", "soak")
SHOWN = {1: ["kills"], 2: ["kills"], 15: ["poison"]}
LINES = [f"round {number}: doubles 0" for number in range(3)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three runs: one kept by an older version, one that did not hold, one that was skipped."""
    old = {"run": "poison", "is_held": True, "figures": LINES, "broken": []}
    now = {"commit": "abc1234", "date": "2026-03-04", "seconds": 61.4, "pace": "0.15 (0.30)"}
    kills = {"run": "kills", "is_held": False, "figures": ["a | b <i>"], "broken": ["P1: 2"]}
    full = {"run": "full", "is_held": None, "figures": [], "broken": ["No disk here."]}
    for kept in (old, kills | now, full | now):
        (tmp_path / f"{kept['run']}.json").write_text(json.dumps(kept))
    os.utime(tmp_path / "poison.json", (1772434800, 1772434800))  # 2026-03-02 07:00 UTC
    return tmp_path


def rows_of(text: str) -> dict[str, list[str]]:
    """The cells of each run's row."""
    rows = [line.strip("| ") for line in text.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in row.replace(r"\|", "/").split(" | ")] for row in rows]
    return {row[0].strip("`"): row[1:] for row in cells}


def test_each_run_has_a_row_with_where_and_when_it_was_played(folder: Path) -> None:
    rows = rows_of(page(RUNS, kept_in(folder, RUNS), SHOWN))
    assert list(rows) == list(RUNS)
    assert rows["kills"] == [
        "P1, P2",
        "**NOT HELD**",
        "! P1: 2<br>a / b &lt;i>",
        "61",
        "abc1234",
        "2026-03-04",
        "0.15 (0.30)",
    ]
    assert rows["full"][1:3] == ["skipped", "! No disk here."]
    assert rows["soak"][1] == "not played"


def test_figures_of_an_older_version_are_of_their_files_day(folder: Path) -> None:
    unknown, given = (
        rows_of(page(RUNS, kept_in(folder, RUNS, commit=commit), SHOWN))
        for commit in (figures.UNKNOWN, "def5678")
    )
    assert unknown["poison"][3:] == ["unknown", "unknown", "2026-03-02", "unknown"]
    assert given["poison"][4] == "def5678"
    assert given["kills"][4] == "abc1234"


def test_all_figures_stand_below_where_the_table_has_not_all(folder: Path) -> None:
    text = page(RUNS, kept_in(folder, RUNS), SHOWN)
    assert rows_of(text)["poison"][2] == "round 0: doubles 0<br>2 more below"
    assert text.endswith("## poison\n\n" + "".join(f"- {line}\n" for line in LINES))
    assert "## kills" not in text


def test_results_are_counted(folder: Path) -> None:
    text = page(RUNS, kept_in(folder, RUNS), SHOWN)
    assert "\n4 runs: 1 NOT HELD, 1 skipped, 1 held, 1 not played.\n" in text


def test_part_of_a_promise_is_not_written_as_the_whole(folder: Path) -> None:
    part = part_of_promise(choose_seeds(7, 3))
    figures.keep(folder, figures.Outcome("kills", True, ["seed 7: doubles 0"], [], part))
    text = page(RUNS, kept_in(folder, RUNS), SHOWN)
    assert rows_of(text)["kills"][1] == "held in part: 3 of 20 runs (seeds 7, 8, 9)"
    assert "\n4 runs: 1 held in part, 1 skipped, 1 held, 1 not played.\n" in text
    assert part_of_promise(choose_seeds(7, 20)) == ""


def test_runs_of_another_time_have_other_seeds() -> None:
    assert len({choose_seeds(None, 3) for _time in range(9)}) > 1


def test_page_is_written_without_playing(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "faults.md"
    monkeypatch.setattr("tests.faults.__main__.play_all", pytest.fail)
    options = ["--figures", str(folder), "--write", str(file), "--only-write"]
    monkeypatch.setattr("sys.argv", ["faults", *options, "--commit", "def5678"])
    main()
    assert rows_of(file.read_text())["poison"][4] == "def5678"


@pytest.mark.parametrize(
    "options", [["--write", "f.md"], ["--figures", "f"], ["--figures", "f", "--write", "f", "soak"]]
)
def test_nothing_is_written_from_nothing(
    monkeypatch: pytest.MonkeyPatch, options: list[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["faults", "--only-write", *options])
    with pytest.raises(SystemExit, match="2"):
        main()


def test_folder_without_figures_leaves_the_page_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "faults.md"
    file.write_text("before")
    options = ["--figures", str(tmp_path), "--write", str(file), "--only-write"]
    monkeypatch.setattr("sys.argv", ["faults", *options])
    with pytest.raises(SystemExit, match="no figures"):
        main()
    assert file.read_text() == "before"


def test_run_that_left_nothing_is_kept_as_not_held(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("benchmarks.pace.STEPS", 1000)
    monkeypatch.setattr(figures, "commit_here", lambda: "abc1234")
    ended = subprocess.CompletedProcess[bytes]([sys.executable], -9)
    monkeypatch.setattr("tests.faults.__main__.subprocess.run", lambda *_, **__: ended)
    play("poison", tmp_path)
    (kept,) = kept_in(tmp_path, ["poison"])
    assert (kept.is_held, kept.commit) == (False, "abc1234")
    assert "-9" in kept.broken[0]


def test_commit_is_unknown_without_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert figures.commit_here() == figures.UNKNOWN
