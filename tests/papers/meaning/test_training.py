import os
import subprocess
import sys

import pytest

from papers.meaning import training
from papers.meaning.training import TrainingError, train
from papers.models import Paper
from tests.factories import make_paper
from tests.papers.meaning.corpus import fit_here, make_library

pytestmark = pytest.mark.django_db


def test_a_model_made_apart_is_the_one_made_here() -> None:
    make_library()
    apart, here = train(18), fit_here()
    assert apart.terms.tolist() == here.terms.tolist()
    assert apart.components.shape == here.components.shape


def test_a_model_made_apart_can_encode() -> None:
    make_library()
    assert train(18).encode("gripper") is not None


def test_papers_without_a_word_in_common_make_no_model() -> None:
    make_paper(title="One", abstract="")
    with pytest.raises(TrainingError, match="terms in common"):
        train(1)


def test_a_child_that_needs_too_much_memory_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_library()
    monkeypatch.setattr(training, "MEMORY_BYTES", 20_000_000)
    with pytest.raises(TrainingError, match="ended with status"):
        train(18)


def test_of_many_papers_a_sample_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    Paper.objects.bulk_create(Paper(title=f"Speech {number}") for number in range(400))
    monkeypatch.setattr(training, "MOST_PAPERS", 100)
    assert 50 < len(list(training._texts(400))) < 150
    assert list(training._texts(400)) == list(training._texts(400))


def test_what_serves_pages_never_loads_the_training_library() -> None:
    code = (
        "import sys, django; django.setup()\n"
        "import papers.tasks, papers.views, papers.search.relevance\n"
        "sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False)
    assert done.returncode == 0
