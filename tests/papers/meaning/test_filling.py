import pytest

from papers.meaning import filling, vectors
from papers.models import MeaningSlot, Paper, SearchEpoch
from tests.factories import make_paper
from tests.papers.meaning.corpus import fill_now, fit_here, make_library, serve, wait_for_others

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def library(db: None) -> dict[str, list[Paper]]:
    SearchEpoch.objects.get_or_create(pk=1)
    library = make_library()
    wait_for_others()
    serve(fit_here())
    return library


def vector_of(paper: Paper) -> list[float] | None:
    there, found = vectors.read("a", [paper.pk])
    return found[0].tolist() if there else None


def test_a_paper_gets_its_vector_when_it_arrives() -> None:
    paper = make_paper(title="Protein folding")
    assert vector_of(paper) is None
    assert fill_now() == 1
    assert vector_of(paper) is not None


def test_following_again_does_nothing() -> None:
    make_paper(title="Protein folding")
    fill_now()
    assert fill_now() == 0


def test_a_changed_text_gets_another_vector(library: dict[str, list[Paper]]) -> None:
    paper = library["robots"][0]
    before = vector_of(paper)
    Paper.objects.filter(pk=paper.pk).update(abstract="protein folding enzyme", title="Enzymes")
    fill_now()
    assert vector_of(paper) != before


def test_a_deleted_paper_loses_its_vector(library: dict[str, list[Paper]]) -> None:
    paper = library["robots"][0]
    number = paper.pk
    paper.delete()
    fill_now()
    assert vectors.read("a", [number])[0] == []


def test_a_paper_without_a_known_word_has_no_vector(library: dict[str, list[Paper]]) -> None:
    paper = library["robots"][0]
    Paper.objects.filter(pk=paper.pk).update(abstract="", title="Zyzzyva")
    fill_now()
    assert vector_of(paper) is None


def test_more_papers_than_a_step_are_all_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "PAPERS_A_STEP", 2)
    papers = Paper.objects.bulk_create(Paper(title=f"Speech {number}") for number in range(5))
    assert fill_now() == 5
    assert all(vector_of(paper) for paper in papers)


def test_a_restored_database_is_read_anew() -> None:
    MeaningSlot.objects.update(cursor_xid=1 << 60)
    paper = make_paper(title="Protein folding")
    fill_now()
    assert vector_of(paper) is not None
    assert MeaningSlot.objects.get(pk="a").cursor_xid < 1 << 60
