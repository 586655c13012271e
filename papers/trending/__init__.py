"""Which papers are listed where: scores, what was gained, the lists made of both, past days.

`update` is called by whoever changes something about papers, `follow` by the clock. Read more:
docs/ranking.md.
"""

from papers.trending.rolling import follow, recompute, roll
from papers.trending.scores import rank_new
from papers.trending.updating import day_of_windows, lock_stats, place, update

__all__ = [
    "day_of_windows",
    "follow",
    "lock_stats",
    "place",
    "rank_new",
    "recompute",
    "roll",
    "update",
]
