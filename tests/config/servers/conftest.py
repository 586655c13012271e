import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.servers.private import servers_for_command
from config.servers.processes import Guardian
from tests.config.servers.installation import BOTH, ignore, make_open_folder


@pytest.fixture
def empty() -> Iterator[Path]:
    folder = make_open_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """One installation that has been started before, for all tests that need not make one."""
    folder = make_open_folder()
    with servers_for_command(folder, "first", BOTH, ignore):
        pass
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def guardian() -> Iterator[Guardian]:
    guardian = Guardian()
    yield guardian
    guardian.close()
