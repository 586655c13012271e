import pytest

from accounts.models import PaperFeedback
from papers.merging import merge
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db


def said() -> set[tuple[int, int, bool]]:
    return set(PaperFeedback.objects.values_list("user_id", "paper_id", "wants_more"))


def test_wish_moves_to_the_paper_that_stays() -> None:
    kept, gone, user = make_paper(), make_paper(arxiv_id=None), make_user()
    PaperFeedback.objects.create(user=user, paper=gone, wants_more=False)
    merge(kept.pk, gone.pk)
    assert said() == {(user.pk, kept.pk, False)}


def test_of_two_wishes_that_for_the_paper_that_stays_holds() -> None:
    kept, gone, user = make_paper(), make_paper(arxiv_id=None), make_user()
    PaperFeedback.objects.create(user=user, paper=gone, wants_more=False)
    PaperFeedback.objects.create(user=user, paper=kept, wants_more=True)
    merge(kept.pk, gone.pk)
    assert said() == {(user.pk, kept.pk, True)}
