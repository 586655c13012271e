"""A stage for the digest's long runs: private servers, a mail server, nothing on the network."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import django

from benchmarks.site import print_table, running_site
from tests.faults.postbox import open_postbox
from tests.faults.workers import open_crew
from tests.origin import Origin

if TYPE_CHECKING:
    from tests.faults.stage import Stage

Row = tuple[str, ...]


@contextmanager
def digest_stage(readers: int) -> Iterator["Stage"]:
    """Yield a stage with so many readers, none of whom has an issue yet."""
    with running_site(None) as var, Origin() as origin, open_postbox() as postbox:
        django.setup()
        from django.conf import settings

        from tests.faults.stage import Stage

        logs = var / "processes"
        logs.mkdir()
        environment = origin.environment | {
            "EMAIL_URL": f"smtp://127.0.0.1:{postbox.port}",
            "GITHUB_STARS": "no",
            "ARXIV_REPAIR": "no",
            "ARXIV_WITNESS": "no",
        }
        with open_crew(logs, settings.CELERY_BROKER_URL, **environment) as crew:
            stage = Stage(crew, postbox)
            stage.fill(readers)
            yield stage


def gather(rounds: Iterable[tuple[Row, list[str]]]) -> tuple[list[Row], list[str]]:
    """Print each round's figures as they come; return them all, and all that was not kept."""
    rows, broken = [], []
    for row, found in rounds:
        print(", ".join(row), flush=True)
        rows.append(row)
        broken += found
    return rows, broken


def report(head: Row, rows: list[Row], broken: list[str]) -> None:
    """Print the figures and what was not kept; end the process with 1 when that is anything."""
    print_table(head, rows)
    for promise in broken:
        print(f"BROKEN: {promise}")
    sys.exit(1 if broken else 0)


def unless(kept: bool, otherwise: str) -> list[str]:
    """Return what to report: nothing when `kept`."""
    return [] if kept else [otherwise]
