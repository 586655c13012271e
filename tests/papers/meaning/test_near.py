from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from papers.meaning import near as meaning
from papers.meaning import recent, vectors, words
from papers.meaning.near import Taste, near_each
from papers.meaning.vectors import Only
from papers.models import Paper
from tests.factories import DAY, make_paper
from tests.papers.meaning.corpus import fit_here, make_library, serve

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    recent.forget()
    words.forget()


def taste(liked: list[int], *, since: date = DAY, limit: int = 10, **fields: Any) -> Taste:
    return Taste(liked=liked, since=since, limit=limit, **fields)


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
    assert near_each([taste([paper.pk])]) == [[]]


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


def test_what_is_near_names_the_liked_paper_it_is_near_to(library: dict[str, list[Paper]]) -> None:
    liked = [library["robots"][0].pk, library["speech"][0].pk]
    (found,) = near_each([taste(liked, limit=4), taste([], limit=4)][:1])
    reasons = {one.paper_id: one.because_of for one in found}
    assert reasons.keys() <= numbers(library["robots"][1:]) | numbers(library["speech"][1:])
    for paper in (library["robots"][1], library["speech"][1]):
        assert reasons.get(paper.pk) in (None, liked[paper in library["speech"]])


def test_each_reader_has_their_own_answer(library: dict[str, list[Paper]]) -> None:
    robots, speech, nothing = near_each(
        [taste([library[name][0].pk], limit=3) for name in ("robots", "speech")] + [taste([])]
    )
    assert {one.paper_id for one in robots} <= numbers(library["robots"][1:])
    assert {one.paper_id for one in speech} <= numbers(library["speech"][1:])
    assert robots
    assert speech
    assert nothing == []


def test_block_by_block_the_answers_are_the_same(
    library: dict[str, list[Paper]], monkeypatch: pytest.MonkeyPatch
) -> None:
    tastes = [taste([paper.pk], limit=5) for papers in library.values() for paper in papers]
    at_once = [[one.paper_id for one in found] for found in near_each(tastes)]
    monkeypatch.setattr(meaning, "BLOCK_NUMBERS", 1)
    assert [[one.paper_id for one in found] for found in near_each(tastes)] == at_once


def test_more_readers_cost_no_more_queries(library: dict[str, list[Paper]]) -> None:
    tastes = [taste([paper.pk], limit=5) for papers in library.values() for paper in papers]
    counts = []
    for several in (tastes[:1], tastes):
        recent.forget()
        words.forget()
        with CaptureQueriesContext(connection) as queries:
            near_each(several)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_score_is_the_mean_with_the_three_nearest(library: dict[str, list[Paper]]) -> None:
    liked = numbers_in_order(library["robots"][:4])
    (found,) = near_each([taste(liked, limit=1)])
    _there, known = meaning.vectors_of([found[0].paper_id, *liked])
    cosines = sorted((known[1:] @ known[0]).tolist(), reverse=True)
    assert found[0].score == pytest.approx(sum(cosines[:3]) / 3, abs=1e-3)


def test_what_is_to_be_left_out_is_not_proposed(library: dict[str, list[Paper]]) -> None:
    first, second, third, *_rest = library["robots"]
    (found,) = near_each([taste([first.pk], excluding=[second.pk])])
    assert second.pk not in {one.paper_id for one in found}
    assert third.pk in {one.paper_id for one in found}


def test_what_is_nearer_to_something_unwanted_is_not_proposed(
    library: dict[str, list[Paper]],
) -> None:
    first, second = library["robots"][0].pk, library["robots"][1].pk
    (found,) = near_each([taste([first])])
    (without,) = near_each([taste([first], unwanted=[second])])
    assert second in {one.paper_id for one in found}
    assert second not in {one.paper_id for one in without}


def test_papers_of_another_subject_are_not_near(library: dict[str, list[Paper]]) -> None:
    (found,) = near_each([taste([library["robots"][0].pk], limit=100)])
    assert all(one.score >= meaning.LEAST_COSINE for one in found)
    assert not {one.paper_id for one in found} & numbers(library["proteins"])


def test_each_reader_is_shown_only_papers_of_their_own_days(
    library: dict[str, list[Paper]],
) -> None:
    moved = library["robots"][1].pk
    Paper.objects.filter(pk=moved).update(announced_on=date(2026, 4, 1))
    liked = [library["robots"][0].pk]
    recent.forget()
    late, all_of_them = near_each([taste(liked, since=DAY + timedelta(days=1)), taste(liked)])
    assert [one.paper_id for one in late] == [moved]
    assert len(all_of_them) > 1


def test_withdrawn_papers_are_not_near_a_reader(library: dict[str, list[Paper]]) -> None:
    first, second = library["robots"][0].pk, library["robots"][1].pk
    Paper.objects.filter(pk=second).update(withdrawn_at=timezone.now())
    recent.forget()
    (found,) = near_each([taste([first])])
    assert second not in {one.paper_id for one in found}


def test_what_is_kept_reaches_back_as_far_as_is_asked(library: dict[str, list[Paper]]) -> None:
    liked = [library["robots"][0].pk]
    (later,) = near_each([taste(liked, since=DAY + timedelta(days=1))])
    (earlier,) = near_each([taste(liked)])
    assert (later, bool(earlier)) == ([], True)


def numbers_in_order(papers: list[Paper]) -> list[int]:
    return [paper.pk for paper in papers]


def test_paper_that_says_the_same_words_comes_before_one_of_the_same_subject(
    library: dict[str, list[Paper]],
) -> None:
    liked = library["robots"][0]
    same = make_paper(title=liked.title, abstract=liked.abstract, announced_on=DAY)
    serve_again()
    (found,) = near_each([taste([liked.pk])])
    assert found[0].paper_id == same.pk


def test_tastes_are_cut_into_runs_that_fit_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "BLOCK_NUMBERS", 100)
    tastes = [taste(list(range(size))) for size in (3, 3, 4, 10, 20, 1)]
    runs = [[len(each.liked) for each in run] for run in meaning._blocks(tastes, 10)]
    assert runs == [[3, 3, 4], [10], [20], [1]]
