"""The coverage ledger: for each source, category and day what was expected, came, and is late."""

from papers.coverage.days import CoverageDay, days_of
from papers.coverage.ledger import count_announced, restate, witness, write_batch
from papers.coverage.recovery import recover_missed_days
from papers.coverage.states import state_of
from papers.coverage.strip import CategoryStrip, Cell, is_all_here, lines_for_digest, looks, strip

__all__ = [
    "CategoryStrip",
    "Cell",
    "CoverageDay",
    "count_announced",
    "days_of",
    "is_all_here",
    "lines_for_digest",
    "looks",
    "recover_missed_days",
    "restate",
    "state_of",
    "strip",
    "witness",
    "write_batch",
]
