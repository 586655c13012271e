"""What becomes of a reader's wishes when two papers turn out to be one.

It hears papers.merging's signal, inside the transaction that merges.
"""

from typing import Any

from accounts.models import PaperFeedback


def move_feedback(kept_id: int, gone_id: int, **_signal: Any) -> None:
    """What was said of the paper that goes holds for the other, where nothing was said of that."""
    said = PaperFeedback.objects.filter(paper_id=kept_id).values("user_id")
    PaperFeedback.objects.filter(paper_id=gone_id).exclude(user_id__in=said).update(
        paper_id=kept_id
    )
