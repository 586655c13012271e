from datetime import date, timedelta

import pytest
from django.utils import timezone

from papers.meaning import near as meaning
from papers.meaning import vectors
from papers.meaning.vectors import Only
from papers.models import Paper
from tests.factories import DAY, make_paper
from tests.papers.meaning.corpus import fit_here, make_library, serve

pytestmark = pytest.mark.django_db


@pytest.fixture
def library() -> dict[str, list[Paper]]:
    library = make_library(announced_on=DAY)
    serve(fit_here())
    return library


def numbers(papers: list[Paper]) -> set[int]:
    return {paper.pk for paper in papers}


def test_nothing_is_near_before_the_first_training() -> None:
    paper = make_paper()
    assert meaning.encode("robot") is None
    assert meaning.related(paper.pk, limit=5) == []
    assert meaning.more_like([paper.pk], limit=5) == []


def test_related_papers_are_of_the_same_subject(library: dict[str, list[Paper]]) -> None:
    first, *others = library["proteins"]
    found = meaning.related(first.pk, limit=5)
    assert {one.paper_id for one in found} == numbers(others)


def test_related_papers_come_with_the_most_alike_first(library: dict[str, list[Paper]]) -> None:
    found = [one.similarity for one in meaning.related(library["speech"][0].pk, limit=10)]
    assert found == sorted(found, reverse=True)
    assert 0.9 < found[0] <= 1.001


def test_a_paper_without_a_vector_has_no_related_ones(library: dict[str, list[Paper]]) -> None:
    assert meaning.related(make_paper().pk, limit=5) == []


def test_a_text_is_near_papers_that_lack_its_word(library: dict[str, list[Paper]]) -> None:
    vector = meaning.encode("gripper")
    assert vector is not None
    found = meaning.nearest(vector, limit=6)
    assert {paper_id for paper_id, _cosine in found} == numbers(library["robots"])


def test_a_text_of_unknown_words_has_no_vector(library: dict[str, list[Paper]]) -> None:
    assert meaning.encode("zyzzyva") is None


def test_withdrawn_papers_are_not_near(library: dict[str, list[Paper]]) -> None:
    first, second, *_others = library["proteins"]
    Paper.objects.filter(pk=second.pk).update(withdrawn_at=timezone.now())
    assert second.pk not in {one.paper_id for one in meaning.related(first.pk, limit=5)}


def test_only_papers_of_a_category_are_found_when_asked(library: dict[str, list[Paper]]) -> None:
    other = make_paper(title="Robots", abstract="robot arm grasping", categories=("cs.RO",))
    serve_again()
    vector = meaning.encode("robot arm")
    assert vector is not None
    found = meaning.nearest(vector, limit=5, only=Only(category="cs.RO"))
    assert [paper_id for paper_id, _cosine in found] == [other.pk]


def serve_again() -> None:
    from papers.models import MeaningPart, MeaningSlot

    MeaningSlot.objects.all().delete()
    MeaningPart.objects.all().delete()
    vectors.clear("a")
    serve(fit_here())


def test_more_like_a_list_names_the_paper_it_is_like(library: dict[str, list[Paper]]) -> None:
    saved = [library["robots"][0].pk, library["speech"][0].pk]
    found = meaning.more_like(saved, limit=10)
    assert {one.paper_id for one in found} == (
        numbers(library["robots"][1:]) | numbers(library["speech"][1:])
    )
    reasons = {one.paper_id: one.because_of for one in found}
    assert reasons[library["speech"][1].pk] == library["speech"][0].pk


def test_what_is_to_be_left_out_is_not_proposed(library: dict[str, list[Paper]]) -> None:
    first, second, third, *_rest = library["robots"]
    found = meaning.more_like([first.pk], limit=10, excluding=[second.pk])
    assert second.pk not in {one.paper_id for one in found}
    assert third.pk in {one.paper_id for one in found}


def test_only_papers_announced_lately_are_proposed_when_asked(
    library: dict[str, list[Paper]],
) -> None:
    Paper.objects.filter(pk=library["robots"][1].pk).update(announced_on=date(2026, 4, 1))
    saved = [library["robots"][0].pk]
    found = meaning.more_like(saved, limit=10, announced_since=DAY + timedelta(days=1))
    assert [one.paper_id for one in found] == [library["robots"][1].pk]
