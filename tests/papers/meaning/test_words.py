import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from papers.meaning import words
from papers.meaning.model import Model
from papers.models import Paper
from tests.factories import make_paper
from tests.papers.meaning.corpus import fit_here, make_library

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    words.forget()


@pytest.fixture
def library() -> dict[str, list[Paper]]:
    return make_library()


@pytest.fixture
def model(library: dict[str, list[Paper]]) -> Model:
    return fit_here()


def scores(model: Model, liked: list[Paper], others: list[Paper]) -> list[float]:
    said = words.read(model, [paper.pk for paper in (*liked, *others)])
    weights = words.weigh(model, [said[paper.pk] for paper in liked])
    texts = words.in_a_row(said, [paper.pk for paper in others])
    return [float(score) for score in texts.score(weights, len(others))]


def test_papers_of_the_subject_say_more_of_its_words(
    library: dict[str, list[Paper]], model: Model
) -> None:
    first, *rest = library["robots"]
    own, other = scores(model, [first], rest), scores(model, [first], library["proteins"])
    assert min(own) > max(other)


def test_word_that_all_liked_papers_hold_weighs_more_than_one_of_a_single_paper(
    model: Model,
) -> None:
    said = [
        words.Said(np.array(rows, np.int32), np.ones(len(rows), np.float32))
        for rows in ([0, 1], [0], [0])
    ]
    weights = words.weigh(model, said)
    assert weights[0] > weights[1] > 0
    assert np.count_nonzero(weights) == 2


def test_rare_word_weighs_more_than_a_common_one(model: Model) -> None:
    order = np.argsort(model.weights)
    common, rare = int(order[0]), int(order[-1])
    said = [words.Said(np.array([common, rare], np.int32), np.ones(2, np.float32))]
    weights = words.weigh(model, said)
    assert weights[rare] > weights[common]


def test_papers_without_a_known_word_score_nothing_wherever_they_stand(
    library: dict[str, list[Paper]], model: Model
) -> None:
    empty = [make_paper(title="Zyzzyva", abstract="qwertz") for _ in range(3)]
    first, second = library["robots"][:2]
    found = scores(model, [first], [empty[0], second, empty[1], first, empty[2]])
    assert [score > 0 for score in found] == [False, True, False, True, False]


def test_only_the_first_papers_are_scored_and_as_before(
    library: dict[str, list[Paper]], model: Model
) -> None:
    numbers = [paper.pk for paper in library["robots"]]
    said = words.read(model, numbers)
    weights = words.weigh(model, [said[numbers[0]]])
    texts = words.in_a_row(said, numbers)
    whole = texts.score(weights, len(numbers))
    for count in (0, 1, 3):
        assert texts.score(weights, count) == pytest.approx(whole[:count])


def test_nobody_and_nothing_are_answered(model: Model) -> None:
    assert not words.weigh(model, []).any()
    assert words.in_a_row({}, [1, 2]).score(words.weigh(model, []), 2).tolist() == [0.0, 0.0]
    assert words.in_a_row({}, []).score(words.weigh(model, []), 0).tolist() == []


def test_longer_text_says_less_of_a_word_said_once(model: Model) -> None:
    texts = ("robot", "robot " + "arm grasping gripper " * 40)
    short, long = (make_paper(title="A", abstract=text) for text in texts)
    said = words.read(model, [short.pk, long.pk])
    (row,) = said[short.pk].rows
    (place,) = np.flatnonzero(said[long.pk].rows == row)
    assert said[long.pk].much[place] < said[short.pk].much[0]


def test_papers_are_read_once_and_the_oldest_forgotten(
    library: dict[str, list[Paper]], model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [paper.pk for paper in library["robots"]]
    words.read(model, numbers)
    with CaptureQueriesContext(connection) as queries:
        words.read(model, numbers)
    assert len(queries) == 0
    monkeypatch.setattr(words, "MOST_KEPT", 2)
    words.read(model, [library["speech"][0].pk])
    assert len(words._kept) == 2
    assert words.read(model, numbers).keys() == set(numbers)


def test_paper_that_is_gone_is_left_out(model: Model) -> None:
    assert words.read(model, [10**9]) == {}
