import numpy as np
import pytest

from papers.meaning.model import DIMENSIONS, Vector
from papers.search.fusion import NOTHING_KNOWN, Known, fuse


def towards(*axes: int) -> Vector:
    vector = np.zeros(DIMENSIONS, np.float32)
    vector[list(axes)] = 1
    return vector / np.float32(np.linalg.norm(vector))


def test_without_vectors_words_decide_alone() -> None:
    assert fuse({1: 8.0, 2: 4.0}, towards(0), NOTHING_KNOWN) == {1: 1.0, 2: 0.5}
    assert fuse({1: 8.0, 2: 4.0}, None, NOTHING_KNOWN) == {1: 1.0, 2: 0.5}


def test_of_papers_alike_by_words_the_nearer_comes_first() -> None:
    known = Known([1, 2, 3], np.stack([towards(0), towards(1), towards(0, 2)]))
    scores = fuse({1: 9.0, 2: 5.0, 3: 5.0}, towards(0), known)
    assert scores[1] > scores[3] > scores[2]


def test_a_paper_without_the_words_is_scored_by_meaning() -> None:
    known = Known([1, 7], np.stack([towards(0), towards(0)]))
    assert fuse({1: 9.0}, towards(0), known)[7] == pytest.approx(1.0)


def test_meaning_that_does_not_know_the_best_by_words_is_not_asked() -> None:
    known = Known([1, 2, 7], np.stack([towards(1), towards(2), towards(0)]))
    scores = fuse({1: 9.0, 2: 5.0}, towards(0), known)
    assert scores == {1: 1.0, 2: pytest.approx(5 / 9), 7: 0.0}


def test_no_paper_scores_below_its_words() -> None:
    known = Known([1, 2], np.stack([towards(0), -towards(0)]))
    assert fuse({1: 9.0, 2: 5.0}, towards(0), known)[2] == pytest.approx(5 / 9)


def test_where_no_paper_holds_a_word_meaning_is_all_there_is() -> None:
    known = Known([7], towards(0)[np.newaxis])
    assert fuse({}, towards(0), known) == {7: pytest.approx(1.0)}
