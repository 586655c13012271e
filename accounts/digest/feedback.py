"""What a reader says of a paper in an issue: more like it, or less.

It keeps the wish; what follows from it is decided in choose.py. Read more: docs/decisions.md.
"""

from django.db.models.functions import Now

from accounts.models import PaperFeedback, User
from papers.models import Paper

# Whoever has a mail may press its buttons, by a script too.
MOST = 2000


def said(user: User, paper: Paper) -> bool | None:
    """Return whether `user` wants more like it; None when nothing was said."""
    judged = PaperFeedback.objects.filter(user=user, paper=paper)
    return judged.values_list("wants_more", flat=True).first()


def say(user: User, paper: Paper, *, wants_more: bool) -> None:
    """Keep the wish in place of an earlier one about the same paper, and the newest 2,000."""
    PaperFeedback.objects.update_or_create(
        user=user, paper=paper, defaults={"wants_more": wants_more, "given_at": Now()}
    )
    mine = PaperFeedback.objects.filter(user=user)
    beyond = mine.order_by("-given_at", "-pk").values_list("pk", flat=True)[MOST:]
    mine.filter(pk__in=list(beyond)).delete()


def take_back(user: User, paper: Paper) -> None:
    PaperFeedback.objects.filter(user=user, paper=paper).delete()
