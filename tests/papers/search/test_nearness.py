from datetime import date, timedelta

import pytest

from papers.meaning.near import Taste
from papers.models import Paper
from papers.search.engine import IndexNotReady
from papers.search.follower import index_now
from papers.search.nearness import Near, near_each
from tests.factories import make_paper
from tests.papers.meaning.corpus import fit_here, make_library, serve

pytestmark = pytest.mark.django_db(transaction=True)

OLD, NEW = date(2026, 3, 2), date(2026, 3, 9)


def near(liked: list[int], *, announced_since: date, limit: int) -> list[Near]:
    (found,) = near_each([Taste(liked=liked, since=announced_since, limit=limit)])
    return list(found)


def make_saved(*, title: str, abstract: str = "A study.") -> Paper:
    return make_paper(title=title, abstract=abstract, announced_on=OLD)


def make_new(*, title: str, abstract: str = "A study.") -> Paper:
    return make_paper(title=title, abstract=abstract, announced_on=NEW)


def test_new_paper_that_shares_words_is_near_and_says_why() -> None:
    saved = make_saved(title="Owls hunting mice at night")
    other = make_saved(title="Proofs in linear logic")
    owls = make_new(title="How owls hunt mice")
    make_new(title="Turbines")
    index_now()
    found = near([other.pk, saved.pk], announced_since=NEW, limit=1)
    assert [(one.paper_id, one.because_of) for one in found] == [(owls.pk, saved.pk)]


def test_same_words_have_the_score_one() -> None:
    saved = make_saved(title="Owls hunting mice")
    make_new(title="Owls hunting mice")
    index_now()
    (found,) = near([saved.pk], announced_since=NEW, limit=5)
    assert found.score == pytest.approx(1.0)


def test_score_is_the_mean_over_the_three_nearest() -> None:
    owls = make_saved(title="Owls hunting mice", abstract="")
    others = [make_saved(title=f"Turbine {name}", abstract="") for name in ("ax", "bx", "cx")]
    make_new(title="Owls hunting mice", abstract="")
    index_now()
    (found,) = near([owls.pk, *(o.pk for o in others)], announced_since=NEW, limit=5)
    assert found.score == pytest.approx(1 / 3)


def test_older_and_saved_papers_are_left_out() -> None:
    saved = make_saved(title="Owls hunting mice")
    make_saved(title="Owls hunting mice")
    saved_new = make_new(title="Owls hunting mice")
    index_now()
    assert near([saved.pk, saved_new.pk], announced_since=NEW, limit=5) == []


def test_paper_not_indexed_yet_counts_for_nothing() -> None:
    make_new(title="Owls hunting mice")
    index_now()
    late = make_saved(title="Owls hunting mice")
    assert near([late.pk], announced_since=NEW, limit=5) == []


def test_nothing_saved_is_near_nothing() -> None:
    make_new(title="Owls")
    index_now()
    assert near([], announced_since=NEW, limit=5) == []


def test_no_index_is_said() -> None:
    with pytest.raises(IndexNotReady):
        near([1], announced_since=NEW, limit=5)


def test_once_a_model_is_trained_meaning_decides() -> None:
    library = make_library(announced_on=NEW)
    serve(fit_here())
    saved = library["robots"][0].pk
    found = near([saved], announced_since=NEW, limit=3)
    assert {one.paper_id for one in found} < {paper.pk for paper in library["robots"][1:]}
    assert {one.because_of for one in found} == {saved}


def test_by_meaning_too_only_papers_of_those_days_are_near() -> None:
    library = make_library(announced_on=NEW)
    serve(fit_here())
    assert near([library["robots"][0].pk], announced_since=NEW + timedelta(days=1), limit=3) == []
