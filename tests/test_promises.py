from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tests import promises
from tests.faults import figures, stuck_feeds
from tests.faults.__main__ import RUNS, judge, play_all
from tests.faults.figures import Outcome
from tests.promises import Shown


def test_promise_with_neither_test_nor_long_run_is_named() -> None:
    lines = promises.table({1: Shown(Counter({"test_a.py": 2}))}, {2: ["kills"]}, with_files=False)
    assert lines[1].split()[-1] == "2"
    assert lines[2].split()[-1] == "kills"
    assert "P3" in lines[-1]
    assert "P1," not in lines[-1]
    assert lines[3].split()[-1] == "none"


def test_promise_is_named_that_no_test_shows_which_is_always_played() -> None:
    given = {
        1: Shown(always=Counter({"test_a.py": 2}), maybe=Counter({"test_b.py": 1})),
        2: Shown(maybe=Counter({"test_b.py": 3}), why=Counter({"No Chromium.": 3})),
    }
    lines = promises.table(given, {3: ["kills"], 4: ["disk_full"]})
    assert lines[1].split()[-2:] == ["2", "1"]
    assert lines[2].split()[-1] == "3"
    said = lines[lines.index("1 of 48 have a test that make test always plays.") :]
    assert said[2:5] == [
        "P2  3 tests: No Chromium.",
        "P3  long run kills",
        "P4  long run disk_full*",
    ]


def test_files_are_listed_when_asked_for() -> None:
    tests = Shown(Counter({"test_a.py": 2}), Counter({"test_a.py": 1}))
    lines = promises.table({1: tests}, {}, with_files=True)
    assert lines[2].split() == ["2", "1", "test_a.py"]


@pytest.mark.parametrize(
    ("source", "numbers"), [("PROMISES = (1, 2)\n", (1, 2)), ("raise SystemExit\n", ())]
)
def test_long_run_is_read_without_running_it(source: str, numbers: tuple[int, ...]) -> None:
    assert promises.named_in(source) == numbers


def test_every_long_run_of_the_digest_names_its_promises() -> None:
    runs = {name for names in promises.long_runs().values() for name in names}
    long = {path.stem for path in (promises.TESTS / "faults").glob("digest_*.py")}
    assert long - runs == {"digest_site"}


def test_every_run_that_breaks_the_site_names_its_promises() -> None:
    """Only the follower's is of the design, not of the list."""
    shown = {name for names in promises.long_runs().values() for name in names}
    assert set(RUNS) - shown == {"follower_kills"}
    assert shown <= set(RUNS)


def test_what_long_runs_found_stands_with_each_promise() -> None:
    lines = promises.table(
        {},
        {1: ["kills"], 2: ["kills"], 3: ["full"]},
        outcomes=[
            Outcome("kills", False, ["kills 60: doubles 1"], ["P1: 1 doubles"]),
            Outcome("full", None, [], ["Nothing can be mounted here."]),
            Outcome("other", True, ["20 kills, 0 bad"], []),
        ],
    )
    text = "\n".join(lines)
    assert text.count("kills: NOT HELD") == 2
    assert text.count("doubles 1") == 1
    assert "! P1: 1 doubles" in text
    assert "full: skipped" in text
    assert "other: held" in text
    assert lines[-1] == "Long runs: 1 NOT HELD, 1 skipped, 1 held."


@pytest.mark.parametrize(
    ("kept", "code", "is_held"),
    [
        (Outcome("a", True, [], []), 0, True),
        (Outcome("a", None, [], ["why"]), 0, None),
        (Outcome("a", False, [], ["P1"]), 1, False),
        (Outcome("a", True, [], []), -9, False),
        (None, 0, False),
        (None, 1, False),
    ],
)
def test_run_is_believed_by_what_it_kept_and_how_it_ended(
    kept: Outcome | None, code: int, is_held: bool | None
) -> None:
    assert judge(kept, "a", code).is_held is is_held


def test_run_that_fails_lets_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    played: list[str] = []

    def fail_first(name: str, _folder: Path) -> Outcome:
        played.append(name)
        return judge(None, name, 1) if len(played) == 1 else Outcome(name, True, [], [])

    monkeypatch.setattr("tests.faults.__main__.play", fail_first)
    found = play_all(["limits", "poison"], tmp_path)
    assert [outcome.is_held for outcome in found] == [False, True]


def test_what_a_run_kept_is_read_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(figures.VARIABLE, str(tmp_path))
    monkeypatch.setattr("sys.argv", ["/somewhere/tests/faults/kills.py"])
    monkeypatch.setattr("benchmarks.pace.STEPS", 1000)
    monkeypatch.setattr(figures, "commit_here", lambda: "abc1234")
    with pytest.raises(SystemExit, match="1"):
        figures.report(("run", "doubles"), [("1", "2")], ["P1: 2 doubles"])
    found = figures.read(tmp_path, "kills")
    assert found == Outcome("kills", False, ["run 1: doubles 2"], ["P1: 2 doubles"])
    assert found.commit == "abc1234"
    assert date.fromisoformat(found.date)
    assert found.seconds is not None
    assert "load" in found.pace


@pytest.mark.parametrize(
    ("killed", "unread", "left", "broken"),
    [
        ([1, 2], [9, 4], 0, []),
        ([], [], 0, ["P48: nothing was killed"]),
        ([1, 0], [9, 4], 0, ["P48: 1 of 2 kills met no worker"]),
        ([1, 1], [9, 0], 0, ["P48: 1 of 2 kills came when all was read"]),
        ([1], [9], 3, ["P48: 3 feeds were not read"]),
    ],
)
def test_kills_of_nobody_show_nothing(
    killed: list[int], unread: list[int], left: int, broken: list[str]
) -> None:
    assert stuck_feeds.judge(stuck_feeds.Seen(killed, unread, left, 1.0, 1.0)) == broken
