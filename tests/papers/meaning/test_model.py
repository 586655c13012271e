import numpy as np
import pytest

from papers.meaning import store
from papers.meaning.fitting import TooLittleText, fit
from papers.meaning.store import ModelMissing
from papers.meaning.terms import count_terms, number_of
from tests.papers.meaning.corpus import fit_here, make_library


def test_terms_are_stems_without_the_words_of_grammar() -> None:
    numbers, counts = count_terms("The robots and a robot")
    assert numbers.tolist() == [number_of("robot")]
    assert counts.tolist() == [2]


def test_a_term_has_the_same_number_in_every_process() -> None:
    assert number_of("robot") == 4805032405161792678


def test_no_text_makes_no_model() -> None:
    with pytest.raises(TooLittleText):
        fit([])


@pytest.mark.django_db
def test_a_stored_model_comes_back_as_it_was() -> None:
    make_library()
    model = fit_here()
    store.save(model)
    loaded = store.load(model.key)
    assert loaded.terms.tolist() == model.terms.tolist()
    assert np.array_equal(loaded.components, model.components)
    assert loaded.encode("robot arm") is not None


@pytest.mark.django_db
def test_a_long_array_is_stored_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    make_library()
    model = fit_here()
    monkeypatch.setattr(store, "PART_BYTES", 1000)
    store.save(model)
    assert np.array_equal(store.load(model.key).components, model.components)


@pytest.mark.django_db
def test_a_model_that_is_not_stored_is_missing() -> None:
    make_library()
    with pytest.raises(ModelMissing):
        store.load(fit_here().key)
