"""Asks a worker to match now rather than at the next tick."""

from accounts import tasks
from papers import nudges


def nudge() -> None:
    nudges.nudge(tasks.match_papers.name)
