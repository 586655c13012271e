from pathlib import Path

import pytest

from papers.search.analysis import ENGLISH, terms_of
from papers.search.common import NO_PAIRS, Common, count_common, load_common, save_common

COMMON = Common(frozenset({"neural", "network", "of"}), 10)


def test_words_of_many_texts_are_common() -> None:
    texts = ["Owls of note", "Owls of the night"] + ["Herons"] * 17
    assert count_common(texts, 19).words == {"owl", "of", "heron"}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("A neural network", ["neural_network"]),
        ("Networks of neural networks", ["network_of", "of_neural", "neural_network"]),
        ("neural, (networks)", ["neural_network"]),
        ("neural owl network", []),
        ("", []),
    ],
)
def test_pairs_are_of_common_words_side_by_side(text: str, pairs: list[str]) -> None:
    assert COMMON.pairs_in(terms_of(text)).split() == pairs


def test_pair_asked_for_is_the_one_indexed() -> None:
    first, second = ENGLISH.analyze("Neural Networks")
    assert COMMON.pair_of(first, second) == COMMON.pairs_in(terms_of("neural networks"))
    assert COMMON.pair_of("neural", "owl") == ""


RUNS = count_common(["the state of the art in owls", "Our state of the art"] * 3, 6)


def test_runs_of_common_words_are_found_with_all_that_begin_them() -> None:
    assert {"state_of_the", "state_of_the_art", "of_the_art"} <= RUNS.runs
    assert "the_art_in" in RUNS.runs
    assert not [run for run in RUNS.runs if run.startswith("owl")]


def test_run_asked_for_is_the_one_indexed() -> None:
    asked = RUNS.run_of(terms_of("State of the Art"))
    assert asked in RUNS.pairs_in(terms_of("A state-of-the-art method")).split()
    assert asked not in RUNS.pairs_in(terms_of("The state of all the art")).split()
    assert RUNS.run_of(terms_of("art of the owls")) == ""


def test_no_run_is_longer_than_five_words() -> None:
    found = RUNS.pairs_in(terms_of("the state of the art in owls")).split()
    assert max(len(run.split("_")) for run in found) == 5


def test_common_words_are_kept_in_the_folder(tmp_path: Path) -> None:
    save_common(RUNS, tmp_path)
    assert load_common(tmp_path) == RUNS


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", '{"words": 3, "n": 1}'])
def test_unreadable_file_means_no_pairs(tmp_path: Path, text: str) -> None:
    (tmp_path / "common.json").write_text(text)
    assert load_common(tmp_path) == NO_PAIRS


def test_index_that_grew_much_outgrows_its_common_words() -> None:
    counted = Common(frozenset(), 10_000)
    assert [counted.is_outgrown_by(papers) for papers in (9_000, 80_000, 80_001)] == [
        False,
        False,
        True,
    ]
    assert not NO_PAIRS.is_outgrown_by(49_999)
