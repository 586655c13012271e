"""What search says is near what each reader likes; nothing where it cannot say."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accounts.digest.readers import Reader
from papers.meaning.near import Taste
from papers.search.engine import IndexNotReady
from papers.search.nearness import near_each

MOST_NEAR = 500

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Near:
    """A paper near what a reader likes, and the liked paper it is nearest to."""

    paper_id: int
    liked_id: int


# readers -> by user id, nearest first; a reader is missing when there is no telling.
NearFinder = Callable[[Sequence[Reader]], dict[int, Sequence[Near]]]


def find_near(those: Sequence[Reader]) -> dict[int, Sequence[Near]]:
    """Return papers new to each of `those`, nearest to what they like first.

    The index is of this machine and can be lost: then issues go out without the section.
    """
    asking = [reader for reader in those if reader.liked]
    try:
        found = near_each([_taste(reader) for reader in asking])
    except IndexNotReady:
        return {}
    except (OSError, ValueError):
        logger.exception("digest: the search index cannot be read; no section “near your lists”")
        return {}
    return {
        reader.user_id: [Near(one.paper_id, one.because_of) for one in several]
        for reader, several in zip(asking, found, strict=True)
    }


def _taste(reader: Reader) -> Taste:
    return Taste(
        liked=list(reader.liked),
        unwanted=reader.unwanted,
        since=reader.earliest,
        # All that is near: much of it may not be new to this reader, or muted.
        limit=MOST_NEAR,
        excluding=reader.had | reader.known,
    )
