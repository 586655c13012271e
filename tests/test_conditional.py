"""A test that may be left out is known by how it is written, wherever its skip stands.

Each test here asks that of itself.
"""

from pathlib import Path

import pytest

from tests.conditional import LONG, conditions

HERE = Path(__file__)


def look_for(what: Path) -> None:
    if not what.exists():
        pytest.skip(f"no {what} here")


@pytest.fixture
def program() -> Path:
    if not HERE.exists():
        pytest.skip(reason="the program is missing")
    return HERE


@pytest.fixture
def output(program: Path) -> bytes:
    return program.read_bytes()


@pytest.mark.skipif(not HERE.exists(), reason="it has a mark")
def test_by_a_mark(request: pytest.FixtureRequest) -> None:
    assert conditions(request.node) == ["it has a mark"]


def test_by_a_fixture_of_a_fixture(request: pytest.FixtureRequest, output: bytes) -> None:
    assert output
    assert conditions(request.node) == ["the program is missing"]


def test_by_a_function_that_it_calls(request: pytest.FixtureRequest) -> None:
    look_for(HERE)
    assert conditions(request.node) == ["no {what} here"]


@pytest.mark.parametrize(
    "path", [pytest.param(HERE, marks=pytest.mark.skipif(False, reason="one"))]
)
def test_by_a_mark_of_a_parameter(request: pytest.FixtureRequest, path: Path) -> None:
    assert conditions(request.node) == ["one"]


def test_by_being_long(request: pytest.FixtureRequest) -> None:
    assert conditions(request.node) == []
    request.node.add_marker("long")
    assert conditions(request.node) == [LONG]


def test_always_played(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    assert conditions(request.node) == []
