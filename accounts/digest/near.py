"""What the search index says is near a reader's lists; nothing where it cannot say."""

import logging
from collections.abc import Sequence
from datetime import date

from accounts.digest.choose import Near
from papers.search.engine import IndexNotReady
from papers.search.nearness import near

# Read by eye in a replayed month: at 0.10 papers share a subject, at 0.05 words of the trade.
LEAST_NEARNESS = 0.1

logger = logging.getLogger(__name__)


def find_near(saved: Sequence[int], since: date, limit: int) -> Sequence[Near]:
    """Return up to `limit` papers announced since that day, nearest first.

    The index is of this machine and can be lost: then the issue goes out without the section.
    """
    try:
        found = near(saved, announced_since=since, limit=limit)
    except IndexNotReady:
        return ()
    except (OSError, ValueError):
        logger.exception("digest: the search index cannot be read; no section “near your lists”")
        return ()
    return [Near(one.paper_id, one.because_of) for one in found if one.score >= LEAST_NEARNESS]
