"""What the run of outages makes of papers that were announced otherwise."""

import pytest

from papers.feeds import arxiv_oai
from tests.faults import outages
from tests.faults.outages import Run, compare
from tests.origin.library import Library

DAY = "2026-04-01"
VALUES = {"title": "", "abstract": "", "authors": [], "comment": "", "version": 1, "categories": []}


def run(name: str, announced: list[list[str]], arxiv_id: str) -> Run:
    return Run(name, papers={arxiv_id: {**VALUES, "announced": announced}})


def test_the_run_and_the_site_take_a_paper_for_held_back_after_the_same_time() -> None:
    assert outages.LONGEST_WAY == arxiv_oai.LONGEST_WAY


@pytest.mark.parametrize(
    ("arxiv_id", "published", "is_same"),
    [
        ("2603.00001", "2026-03-31T12:00:00Z", False),
        ("2603.00001", None, False),
        ("2603.00001", "2026-02-02T12:00:00Z", True),
        ("2603.00001", "2026-07-02T12:00:00Z", True),
        ("2401.00001", "2026-03-31T12:00:00Z", True),
    ],
    ids=["a day before", "of that day", "held back", "after its day", "a replacement"],
)
def test_only_what_the_repair_cannot_date_may_stay_unannounced(
    arxiv_id: str, published: str | None, is_same: bool
) -> None:
    library = Library.from_papers(
        [{"arxiv_id": arxiv_id, "published": published, "first_seen": DAY}]
    )
    calm = run("in peace", [["cs.AI", DAY]], arxiv_id)
    assert compare(calm, run("with faults", [], arxiv_id), library)[1] is is_same
    moved = run("with faults", [["cs.AI", "2026-04-02"]], arxiv_id)
    assert not compare(calm, moved, library)[1]
