import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.matching import arrivals
from accounts.matching.arrivals import Outcome
from accounts.models import MatchCursor
from papers.search import changes


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"


@pytest.fixture
def match_all() -> Callable[[datetime], Outcome]:
    """Match until all that changed so far is matched.

    Other tests' transactions on the same server hold the horizon back for moments.
    """

    def run(now: datetime) -> Outcome:
        target, deadline = changes.newest_change(), time.monotonic() + 10
        outcome = arrivals.match_arrivals(now=now)
        while MatchCursor.objects.get().cursor <= target and time.monotonic() < deadline:
            outcome = arrivals.match_arrivals(now=now)
        return outcome

    return run
