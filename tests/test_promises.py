from collections import Counter

import pytest

from tests import promises


def test_promise_with_neither_test_nor_long_run_is_named() -> None:
    lines = promises.table({1: Counter({"test_a.py": 2})}, {2: ["kills"]}, with_files=False)
    assert lines[1].split()[-1] == "2"
    assert lines[2].split()[-1] == "kills"
    assert "P3" in lines[-1]
    assert "P1," not in lines[-1]


def test_files_are_listed_when_asked_for() -> None:
    lines = promises.table({1: Counter({"test_a.py": 2})}, {}, with_files=True)
    assert lines[2].split() == ["2", "test_a.py"]


@pytest.mark.parametrize(
    ("source", "numbers"), [("PROMISES = (1, 2)\n", (1, 2)), ("raise SystemExit\n", ())]
)
def test_long_run_is_read_without_running_it(source: str, numbers: tuple[int, ...]) -> None:
    assert promises.named_in(source) == numbers


def test_every_long_run_of_the_digest_names_its_promises() -> None:
    runs = {name for names in promises.long_runs().values() for name in names}
    long = {path.stem for path in (promises.TESTS / "faults").glob("digest_*.py")}
    assert long - runs == {"digest_site"}
