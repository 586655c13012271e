from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.models import Paper, PaperVersion
from papers.versions import MOST_WORDS, Part, changes, history
from tests.factories import make_paper

MOMENT = datetime(2026, 2, 27, 14, 3, tzinfo=UTC)


def make_current(*, version: int | None = 1, title: str = "Sparse Tides") -> Paper:
    paper = make_paper(title=title, abstract="We study tides of sparse moons.")
    Paper.objects.filter(pk=paper.pk).update(version=version)
    paper.version = version
    return paper


def make_version(paper: Paper, number: int, title: str = "", abstract: str = "") -> PaperVersion:
    return PaperVersion.objects.create(
        paper=paper,
        version=number,
        submitted_at=MOMENT,
        size_bytes=4096,
        title=title,
        abstract=abstract,
    )


@pytest.mark.django_db
def test_a_paper_whose_versions_nobody_counts_has_no_history() -> None:
    assert history(make_current(version=None)) == []


@pytest.mark.django_db
def test_the_newest_version_comes_first_with_its_date_and_size() -> None:
    paper = make_current(version=2)
    make_version(paper, 1)
    make_version(paper, 2)
    newest, oldest = history(paper)
    assert (newest.version, newest.is_current, newest.submitted_at) == (2, True, MOMENT)
    assert (oldest.version, oldest.is_current, oldest.size_bytes) == (1, False, 4096)


@pytest.mark.django_db
def test_what_changed_is_told_word_by_word() -> None:
    paper = make_current(version=2)
    make_version(paper, 1, "Dense Tides", "We study tides of sparse moons.")
    newest, _oldest = history(paper)
    assert newest.compared_with == 1
    assert newest.title == (Part("gone", "Dense"), Part("new", "Sparse"), Part("same", "Tides"))
    assert newest.abstract == ()


@pytest.mark.django_db
def test_a_version_with_the_same_words_is_unchanged() -> None:
    paper = make_current(version=2, title="On $x^2$ Tides")
    make_version(paper, 1, "On x² Tides", paper.abstract)
    newest, oldest = history(paper)
    assert newest.is_unchanged
    assert not oldest.is_unchanged


@pytest.mark.django_db
def test_it_is_compared_with_the_newest_text_that_is_known() -> None:
    paper = make_current(version=4)
    make_version(paper, 1, "Tides", "Moons.")
    make_version(paper, 2, "Sparse Tides", "Moons.")
    make_version(paper, 3)
    assert [line.compared_with for line in history(paper)] == [2, None, 1, None]


@pytest.mark.django_db
def test_an_abstract_that_no_source_gave_was_not_removed() -> None:
    paper = make_current(version=2)
    make_version(paper, 1, "Sparse Tides")
    assert history(paper)[0].is_unchanged


@pytest.mark.django_db
def test_texts_too_long_to_compare_are_said_to_be_rewritten() -> None:
    paper = make_current(version=2)
    make_version(paper, 1, "Sparse Tides", "moon " * MOST_WORDS)
    newest = history(paper)[0]
    assert newest.is_rewritten
    assert not newest.is_unchanged


def test_texts_that_repeat_a_word_over_and_over_are_not_compared() -> None:
    old = " ".join(f"moon w{number}" for number in range(500))
    new = " ".join(f"moon t{number}" for number in range(99))
    assert changes(old, new) is None


@pytest.mark.django_db
def test_a_version_whose_text_nobody_kept_says_so() -> None:
    paper = make_current(version=3)
    make_version(paper, 1, "Tides", "Moons.")
    make_version(paper, 2)
    assert [line.is_known for line in history(paper)] == [True, False, True]


def test_only_words_near_a_change_stand_there() -> None:
    old = " ".join(f"w{number}" for number in range(40))
    parts = changes(old, old.replace("w20", "moon"))
    assert parts is not None
    kinds = [part.kind for part in parts]
    assert kinds == ["cut", "same", "gone", "new", "same", "cut"]
    assert parts[1].words == "w12 w13 w14 w15 w16 w17 w18 w19"


words = st.lists(st.sampled_from(["tide", "moon", "sparse", "$x$", "of"]), max_size=60)


@given(words, words)
def test_what_was_removed_and_added_makes_the_one_of_the_other(
    old: list[str], new: list[str]
) -> None:
    parts = changes(" ".join(old), " ".join(new))
    assert parts is not None
    for kind, said in (("gone", old), ("new", new)):
        told = [p for part in parts if part.kind == kind for p in part.words.split()]
        rest = iter([word.strip("$") for word in said])
        assert all(word in rest for word in told)
    assert bool(parts) == (old != new)
