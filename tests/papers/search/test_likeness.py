import pytest

from papers.models import Paper, SearchEpoch
from papers.search import follower
from papers.search.likeness import more_like
from tests.papers.meaning.corpus import fit_here, make_library, serve

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def library(db: None) -> dict[str, list[Paper]]:
    SearchEpoch.objects.get_or_create(pk=1)
    library = make_library()
    assert follower.index_now()
    return library


def test_what_shares_the_telling_words_comes_first(library: dict[str, list[Paper]]) -> None:
    saved = [paper.pk for paper in library["robots"][:3]]
    found = {like.paper_id for like in more_like(saved, limit=3)}
    assert found == {paper.pk for paper in library["robots"][3:]}


def test_without_a_model_there_are_proposals_without_reasons(
    library: dict[str, list[Paper]],
) -> None:
    found = more_like([library["robots"][0].pk], limit=3)
    assert found
    assert {like.because_of for like in found} == {None}


def test_the_reason_is_the_nearest_of_the_list(library: dict[str, list[Paper]]) -> None:
    serve(fit_here())
    robot, voice = library["robots"][0].pk, library["speech"][0].pk
    reasons = {like.paper_id: like.because_of for like in more_like([robot, voice], limit=20)}
    assert reasons[library["robots"][1].pk] == robot
    assert reasons[library["speech"][1].pk] == voice


def test_what_is_to_be_left_out_is_not_found(library: dict[str, list[Paper]]) -> None:
    first, second, *_rest = library["robots"]
    found = more_like([first.pk], limit=20, excluding=[second.pk])
    assert found
    assert not {first.pk, second.pk} & {like.paper_id for like in found}


def test_nothing_is_like_nothing(library: dict[str, list[Paper]]) -> None:
    assert more_like([], limit=5) == []
    assert more_like([10**9], limit=5) == []


def test_best_come_first(library: dict[str, list[Paper]]) -> None:
    scores = [like.score for like in more_like([library["robots"][0].pk], limit=10)]
    assert scores == sorted(scores, reverse=True)
