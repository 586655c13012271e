"""A short run of tests/faults/follower_kills.py: one kill at each chosen moment."""

import os
import random
from pathlib import Path

import pytest

from papers.search.follower import wait_for_follower
from tests.faults import follower_kills as kills
from tests.papers.search.test_follow_command import database_url

# The first makes an index, so that the builds after it are beside a live one.
MOMENTS = ("after the swap", "in a build", "before the swap", "in a commit")

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_killed_at_any_moment_the_follower_leaves_an_index_that_loses_nothing(
    index_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url())
    monkeypatch.setenv("BROADSHEET_VAR", str(index_folder.parent))
    settings_module = os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", settings_module)
    papers = kills.Papers(500, random.Random(1))  # noqa: S311
    bad = kills.kill_again_and_again(papers, MOMENTS)
    with kills.follower():
        assert wait_for_follower(timeout_seconds=kills.CATCH_UP_SECONDS)
    assert (bad, kills.differences(papers)) == (0, [])
