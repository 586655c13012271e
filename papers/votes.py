"""A reader's vote: one for each paper, taken back by voting again; it counts in the ranking."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from papers import ranking
from papers.models import Paper, PaperStats, Vote


@transaction.atomic
def set_vote(user: AbstractBaseUser, paper: Paper, *, voted: bool) -> int:
    """Make `user`'s vote for `paper` what `voted` says and return the paper's votes.

    Asking twice for the same changes nothing. Counter and score change with the vote, at once.
    """
    if voted:
        _, changed = Vote.objects.get_or_create(user_id=user.pk, paper=paper)
    else:
        changed = bool(Vote.objects.filter(user_id=user.pk, paper=paper).delete()[0])
    if changed:
        PaperStats.objects.get_or_create(paper=paper)
        stats = PaperStats.objects.filter(paper=paper)
        stats.update(votes=F("votes") + (1 if voted else -1))
        ranking.rerank(today=timezone.now().date(), paper_ids=[paper.pk])
    return PaperStats.objects.get(paper=paper).votes
